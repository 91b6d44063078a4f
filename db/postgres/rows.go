package postgres

import (
	"pawl"
	"pawl/db/columns"
	"pawl/db/postgres/internal/query"
)

// Between the domain's values and the rows as sqlc has them for this dialect.

func upload(row query.Upload) (pawl.Upload, error) { return columns.Upload(row).Value() }

func usedPart(row query.UsedPart) (pawl.Upload, error) { return columns.UsedPart(row).Value() }

func file(row query.File) (pawl.File, error) { return columns.File(row).Value() }

// Package rows holds what the database dialects have in common: how the domain's values
// are stored in rows, the reads of [pawl.Store] and the writes of [pawl.Tx], over the
// queries that sqlc generates for each dialect. What is in db/sqlite and db/postgres
// besides differs by necessity.
//
// The row types here are those that sqlc makes of the schemas, field by field, so that
// those of each dialect can be converted to them: the compiler reports where a schema
// differs.
package rows

import (
	"encoding/json"
	"time"

	"pawl"
)

// One makes, of a function that converts a row, one that converts the result of a query.
func One[Row, T any](convert func(Row) (T, error)) func(Row, error) (T, error) {
	return func(row Row, err error) (T, error) {
		if err != nil {
			var none T
			return none, err
		}
		return convert(row)
	}
}

// Each is [One] for a query of many rows.
func Each[Row, T any](convert func(Row) (T, error)) func([]Row, error) ([]T, error) {
	return One(func(rows []Row) (all []T, err error) {
		all = make([]T, len(rows))
		for i, row := range rows {
			if all[i], err = convert(row); err != nil {
				return nil, err
			}
		}
		return all, nil
	})
}

// The empty metadata is the usual one, and costs no JSON.
const noMetadata = "{}"

// Metadata returns metadata as a JSON object.
func Metadata(m map[string]string) string {
	if len(m) == 0 {
		return noMetadata
	}
	return mustJSON(m)
}

func parseMetadata(encoded string) (m map[string]string, err error) {
	if encoded == noMetadata {
		return nil, nil
	}
	err = json.Unmarshal([]byte(encoded), &m)
	return m, err
}

// mustJSON returns the JSON form of strings, which always have one.
func mustJSON(v any) string {
	encoded, err := json.Marshal(v)
	if err != nil {
		panic(err)
	}
	return string(encoded)
}

// Texts returns ids as an array of text.
func Texts(ids []pawl.ID) []string {
	texts := make([]string, len(ids))
	for i, id := range ids {
		texts[i] = string(id)
	}
	return texts
}

// JSON returns texts as a JSON list.
func JSON(texts []string) string {
	if len(texts) == 0 {
		return "[]" // never null
	}
	return mustJSON(texts)
}

// Flag returns 1 for true and 0 for false.
func Flag(b bool) int64 {
	if b {
		return 1
	}
	return 0
}

// Micros returns a time in whole microseconds since 1970-01-01 UTC.
func Micros(t time.Time) int64 { return t.UnixMicro() }

// Instant returns the time of [Micros].
func Instant(microsecs int64) time.Time { return time.UnixMicro(microsecs).UTC() }

const secondsPerDay = 24 * 60 * 60

// DayOf returns the number of the UTC day of t, counted from 1970-01-01.
func DayOf(t time.Time) int64 {
	seconds := t.Unix()
	day := seconds / secondsPerDay
	if seconds%secondsPerDay < 0 {
		day--
	}
	return day
}

// midnight returns when a day begins.
func midnight(day int64) time.Time { return time.Unix(day*secondsPerDay, 0).UTC() }

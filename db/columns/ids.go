package columns

import (
	"encoding/json"

	"pawl"
)

// Texts returns ids as an array of text.
func Texts(ids []pawl.ID) []string {
	texts := make([]string, len(ids))
	for i, id := range ids {
		texts[i] = string(id)
	}
	return texts
}

// JSON returns ids as a JSON list.
func JSON(ids []pawl.ID) string {
	encoded, err := json.Marshal(Texts(ids)) // never null
	if err != nil {
		panic(err) // a list of strings always has a JSON form
	}
	return string(encoded)
}

// ByID returns files by their ids.
func ByID(files []pawl.File) map[pawl.ID]pawl.File {
	byID := make(map[pawl.ID]pawl.File, len(files))
	for _, f := range files {
		byID[f.ID] = f
	}
	return byID
}

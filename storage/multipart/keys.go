package multipart

import (
	"strings"

	"pawl"
)

// Key returns the key of a blob's object.
func (b *Blobs) Key(id pawl.ID) string { return b.config.Prefix + objectName(id) }

// blobOfKey returns the blob whose object has a key.
func (b *Blobs) blobOfKey(key string) (pawl.ID, error) {
	return parseObjectName(strings.TrimPrefix(key, b.config.Prefix))
}

const tailsFolder = "tails/"

// tailKey returns the key of a tail's object. unique tells tails of one blob apart.
func (b *Blobs) tailKey(id pawl.ID, unique string) string {
	return b.config.Prefix + tailsFolder + objectName(id) + "/" + unique
}

// blobOfTail returns the blob that a tail's key names.
func (b *Blobs) blobOfTail(key string) (pawl.ID, error) {
	name, _, _ := strings.Cut(strings.TrimPrefix(key, b.config.Prefix+tailsFolder), "/")
	return parseObjectName(name)
}

const (
	spreadFrom = 10 // the first character of an id that is random, and not of its time
	spreadLen  = 2  // 1024 beginnings
)

// objectName returns the name of a blob's object. It begins with random characters of
// the id: a store divides its keys into partitions by how they begin, and ids, which
// begin with a time, would all be written to one. Blobs whose ids have format 0 are
// named by the id alone, as those of earlier versions were.
func objectName(id pawl.ID) string {
	if id.Format() == 0 {
		return string(id)
	}
	return string(id[spreadFrom:spreadFrom+spreadLen]) + "-" + string(id)
}

// parseObjectName returns the blob whose object has a name. What has another name is
// no blob's.
func parseObjectName(name string) (pawl.ID, error) {
	_, text, spread := strings.Cut(name, "-")
	if !spread {
		text = name
	}
	id, err := pawl.ParseID(text)
	if err == nil && objectName(id) != name {
		return "", errNoBlob
	}
	return id, err
}

package pawl

import "time"

// Tally is what one change adds to the kept statistics. The store books it on
// the day of At and on MediaType, in the transaction of the change.
type Tally struct {
	At              time.Time
	Owner           string
	MediaType       string // of the files added or removed
	FilesAdded      int64
	BytesAdded      int64
	FilesRemoved    int64
	BytesRemoved    int64
	UploadsFinished int64
	UploadsFailed   int64 // see [Outcome.Failed]
	Downloads       int64
}

// Failed reports whether an upload that ended so counts as failed: it was begun, and
// became no file for a reason other than its owner's wish. While an upload can be resumed
// it has not failed, also when there is no room for more of it; what is refused before it
// begins is not counted at all, as clients ask again.
func (o Outcome) Failed() bool { return o != Finished && o != Aborted }

// Day is one UTC day of the kept statistics.
type Day struct {
	Date       time.Time // midnight UTC
	FilesTotal int64     // at the end of the day
	BytesTotal int64
	Tally
}

// TypeTotal is how much of one media type there is.
type TypeTotal struct {
	MediaType string
	Files     int64
	Bytes     int64
}

// Totals are the sums over everything there is.
type Totals struct {
	Files           int64
	Bytes           int64
	UploadsFinished int64
	UploadsFailed   int64
	Downloads       int64
	UploadsActive   int64 // under way now, partial uploads not counted
}

// Stats is the answer to "how much, and how does it grow?".
type Stats struct {
	Totals         Totals
	Types          []TypeTotal // largest first
	Days           []Day       // every day of the range, oldest first
	MostDownloaded []File      // at most ten
}

// DayRange is a range of UTC days, both ends included.
type DayRange struct{ From, To time.Time }

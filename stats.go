package pawl

import "time"

// Tally is what one change adds to the statistics: to those of the day of At and of
// MediaType, in the transaction of the change.
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

// Failed reports whether an upload with that outcome counts as failed: it was begun, and
// became no file for a reason other than its owner's wish. While an upload can be resumed it
// has not failed, also when there is no space for more of it. What is rejected before it
// begins is not counted, as clients try again.
func (o Outcome) Failed() bool { return o != Finished && o != Aborted }

// Day is the statistics of one UTC day.
type Day struct {
	Date       time.Time // midnight UTC
	FilesTotal int64     // at the end of the day
	BytesTotal int64
	Tally
}

// TypeTotal is the number and size of the files of one media type.
type TypeTotal struct {
	MediaType string
	Files     int64
	Bytes     int64
}

// Totals are the sums over all files and uploads.
type Totals struct {
	Files           int64
	Bytes           int64
	UploadsFinished int64
	UploadsFailed   int64
	Downloads       int64
	UploadsActive   int64 // under way now, partial uploads not counted
}

// Stats is the statistics of a scope.
type Stats struct {
	Totals         Totals
	Types          []TypeTotal // largest first
	Days           []Day       // every day of the range, oldest first
	MostDownloaded []File      // at most ten
}

// DayRange is a range of UTC days, both ends included.
type DayRange struct{ From, To time.Time }

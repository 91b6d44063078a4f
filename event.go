package pawl

import "time"

// EventType is the kind of an event.
type EventType string

// The events that are recorded, each in the transaction of its change.
const (
	UploadStarted EventType = "upload.started"
	UploadEnded   EventType = "upload.ended"
	FileCreated   EventType = "file.created"
	FileChanged   EventType = "file.changed"
	FileDeleted   EventType = "file.deleted"
)

// Outcome is how an upload ended.
type Outcome string

// The ways an upload can end.
const (
	Finished Outcome = "finished" // there is a file now
	Rejected Outcome = "refused"  // a gate or a limit rejected it
	Aborted  Outcome = "aborted"  // its owner aborted it
	Expired  Outcome = "expired"  // nothing arrived for it for too long
	Lost     Outcome = "lost"     // acknowledged bytes are not there any more
	PartGone Outcome = "no_part"  // its owner deleted one of its parts, or joined it elsewhere
	NoRoom   Outcome = "no_space" // its owner aborted it when the storage was full
)

// Event is a change that was made. All readers see events in the same order.
type Event struct {
	Seq     int64 // set by the store, ascending
	At      time.Time
	Type    EventType
	Subject ID
	Owner   string
	Outcome Outcome // of UploadEnded
	Reason  string  // of UploadEnded: why it was rejected, for people
}

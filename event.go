package pawl

import "time"

// EventType names what happened.
type EventType string

// The events Pawl records, each in the transaction of the change it tells of.
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
	Rejected Outcome = "refused"  // a gate or a limit said no
	Aborted  Outcome = "aborted"  // its owner stopped it
	Expired  Outcome = "expired"  // nothing arrived for it for too long
	Lost     Outcome = "lost"     // acknowledged bytes are not there any more
	PartGone Outcome = "no_part"  // its owner deleted one of its parts, or joined it elsewhere
	NoRoom   Outcome = "no_space" // its owner stopped it when the storage was full
)

// Event is something that happened, in an order all readers agree on.
type Event struct {
	Seq     int64 // set by the store, ascending
	At      time.Time
	Type    EventType
	Subject ID
	Owner   string
	Outcome Outcome // of UploadEnded
	Reason  string  // of UploadEnded: why it was refused, for people
}

package rows

import "pawl"

// Event is a row of events.
type Event struct {
	Seq     int64
	At      int64
	Type    string
	Subject string
	Owner   string
	Outcome string
	Reason  string
}

// Value returns the event of a row.
func (e Event) Value() (pawl.Event, error) {
	return pawl.Event{
		Seq: e.Seq, At: Instant(e.At), Type: pawl.EventType(e.Type), Subject: pawl.ID(e.Subject),
		Owner: e.Owner, Outcome: pawl.Outcome(e.Outcome), Reason: e.Reason,
	}, nil
}

// NewEvent is a row of events that has no seq yet.
type NewEvent struct {
	At      int64
	Type    string
	Subject string
	Owner   string
	Outcome string
	Reason  string
}

// OfEvent returns the row of a new event.
func OfEvent(e pawl.Event) NewEvent {
	return NewEvent{
		At: Micros(e.At), Type: string(e.Type), Subject: string(e.Subject),
		Owner: e.Owner, Outcome: string(e.Outcome), Reason: e.Reason,
	}
}

// EventSpan is the oldest seq still there and the newest, 0 and 0 if there is none.
type EventSpan struct {
	Oldest int64
	Newest int64
}

// Heartbeat is the row of heartbeat.
type Heartbeat struct {
	At    int64
	Since int64
}

// Value returns the heartbeat of the row.
func (h Heartbeat) Value() (pawl.Heartbeat, error) {
	return pawl.Heartbeat{At: Instant(h.At), Since: Instant(h.Since)}, nil
}

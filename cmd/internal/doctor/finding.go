package doctor

// Status is how bad a finding is.
type Status string

// The statuses: as it should be, slower or less than it could be or not known for
// certain, and in the way of uploads.
const (
	OK   Status = "OK"
	Warn Status = "WARN"
	Fail Status = "FAIL"
)

// Finding is what one check has seen.
type Finding struct {
	Check    string   `json:"check"`
	Status   Status   `json:"status"`
	Seen     string   `json:"seen"` // sentences
	Remedies []Remedy `json:"remedies,omitempty"`
}

// Remedy is a setting of one product that mends a finding.
type Remedy struct {
	Product string `json:"product"`
	Setting string `json:"setting"`
}

// Report is all findings.
type Report struct {
	URL      string    `json:"url"`
	Via      []string  `json:"via,omitempty"` // products that answers show
	Findings []Finding `json:"findings"`
}

// Failed reports whether anything is in the way of uploads.
func (r Report) Failed() bool {
	for _, f := range r.Findings {
		if f.Status == Fail {
			return true
		}
	}
	return false
}

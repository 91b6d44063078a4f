package doctor

// Status is the severity of a finding.
type Status string

// The statuses: no problem; uploads are slower or limited, or the result is uncertain;
// uploads fail.
const (
	OK   Status = "OK"
	Warn Status = "WARN"
	Fail Status = "FAIL"
)

// Finding is the result of a check.
type Finding struct {
	Check    string   `json:"check"`
	Status   Status   `json:"status"`
	Seen     string   `json:"seen"` // sentences
	Remedies []Remedy `json:"remedies,omitempty"`
}

// Remedy is a setting of a product that fixes a problem.
type Remedy struct {
	Product string `json:"product"`
	Setting string `json:"setting"`
}

// Report holds all findings.
type Report struct {
	URL      string    `json:"url"`
	Via      []string  `json:"via,omitempty"` // products identified in responses
	Findings []Finding `json:"findings"`
}

// Failed reports whether any finding is a [Fail].
func (r Report) Failed() bool {
	for _, f := range r.Findings {
		if f.Status == Fail {
			return true
		}
	}
	return false
}

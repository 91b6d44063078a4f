package pawl

// Principal is who asks. Every request has one.
type Principal struct {
	ID       string // stable; owns uploads and files
	Operator bool   // may see and do everything
}

// Local is the principal of a server without any login: whoever reaches it on
// the loopback interface runs it.
var Local = Principal{ID: "local", Operator: true}

// Action is what a principal wants to do.
type Action string

// The actions the policy is asked about.
const (
	ActCreate Action = "create" // begin an upload
	ActRead   Action = "read"   // see it, list it, download it
	ActWrite  Action = "write"  // append to it, finish it, join it, rename it
	ActDelete Action = "delete" // abort or delete it
	ActWatch  Action = "watch"  // see statistics and server settings
)

// Policy answers the one question every use case asks before anything else: may
// this principal do this to something of this owner? A refusal is of kind
// [NotFound] where the thing's existence is not the principal's to know.
type Policy func(p Principal, do Action, owner string) error

// OwnersOnly lets everybody create, and only owners and operators touch what is there.
func OwnersOnly(p Principal, do Action, owner string) error {
	switch {
	case p.ID == "":
		return Errorf(Forbidden, "sign in first")
	case p.Operator, do == ActCreate, p.ID == owner:
		return nil
	case do == ActWatch:
		return Errorf(Forbidden, "only operators can see this")
	default:
		return Errorf(NotFound, "no such upload or file")
	}
}

package pawl

// Principal is the authenticated caller. Every request has one.
type Principal struct {
	ID       string // stable; owns uploads and files
	Operator bool   // may see and do everything
}

// Local is the principal of every request to a server without logins: whoever reaches it on
// the loopback interface runs it.
var Local = Principal{ID: "local", Operator: true}

// Action is what a principal asks to do.
type Action string

// The actions the policy is asked about.
const (
	ActCreate Action = "create" // begin an upload
	ActRead   Action = "read"   // see it, list it, download it
	ActWrite  Action = "write"  // append to it, finish it, join it, rename it
	ActDelete Action = "delete" // abort or delete it
	ActWatch  Action = "watch"  // see statistics and server settings
)

// Policy returns nil if the principal may do that to something of that owner; every use case
// asks it first. The error is of kind [NotFound] where the principal may not know that the
// thing exists, and [Forbidden] otherwise.
type Policy func(p Principal, do Action, owner string) error

// OwnersOnly is the policy by which everybody may create, and only owners and operators may
// do anything to what exists.
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

package pawl

// Scope says whose uploads and files a query is about. The zero Scope is nobody: it
// selects nothing.
type Scope struct {
	owner     string
	everybody bool
}

// Everybody is the scope of all there is.
var Everybody = Scope{everybody: true}

// OwnedBy returns the scope of what one owner has; an empty owner has nothing.
func OwnedBy(owner string) Scope { return Scope{owner: owner} }

// IsNobody reports whether the scope selects nothing.
func (s Scope) IsNobody() bool { return s == Scope{} }

// IsEverybody reports whether the scope selects everything.
func (s Scope) IsEverybody() bool { return s.everybody }

// Owner returns the one owner of the scope; empty for everybody and nobody.
func (s Scope) Owner() string { return s.owner }

// Includes reports whether what owner has is in the scope.
func (s Scope) Includes(owner string) bool { return s.everybody || owner != "" && s.owner == owner }

// Scope returns what p may list, or an error if p may list nothing.
func (policy Policy) Scope(p Principal) (Scope, error) {
	if err := policy(p, ActRead, p.ID); err != nil {
		return Scope{}, err
	}
	if p.Operator {
		return Everybody, nil
	}
	return OwnedBy(p.ID), nil
}

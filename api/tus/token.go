package tus

import (
	"net/http"
	"net/url"
	"strings"

	"pawl"
)

// tokenKey is the parameter of an upload's URL that carries the upload's token.
const tokenKey = "token"

func tokenOf(u *url.URL) string {
	if u.RawQuery == "" {
		return ""
	}
	return u.Query().Get(tokenKey)
}

// identify sets the principal: the owner of the upload, for whoever has its URL with its
// token; or else whoever the request is from.
func (x *exchange) identify() (err error) {
	x.principal, err = x.tokenOwner()
	if err != nil || x.principal != nobody {
		return err
	}
	x.principal, err = x.Principal(x.request)
	if x.request.Method == http.MethodPost && (err != nil || x.principal == nobody) {
		return x.identifyByParts(err)
	}
	return err
}

var nobody pawl.Principal

// tokenOwner returns whom the token in the request's URL stands for, or nobody.
func (x *exchange) tokenOwner() (pawl.Principal, error) {
	token := tokenOf(x.request.URL)
	do, named := actions[x.request.Method]
	if token == "" || !named {
		return nobody, nil
	}
	id, _ := pawl.ParseID(strings.TrimPrefix(x.request.URL.Path, Path)) // an invalid one has no owner
	return x.Uploads.TokenOwner(x.request.Context(), do, id, token)
}

// actions are what requests do to the upload that their URL names.
var actions = map[string]pawl.Action{
	http.MethodHead: pawl.ActRead, http.MethodPatch: pawl.ActWrite, http.MethodDelete: pawl.ActDelete,
}

// identifyByParts lets a client whose login has expired join what it has sent, if the URLs
// of all parts have tokens of one owner. Otherwise it returns unknown, the error there was.
func (x *exchange) identifyByParts(unknown error) error {
	kind, parts, err := parseConcat(x.request.Header)
	if err != nil || kind != pawl.Final {
		return unknown
	}
	for i, part := range parts {
		owner, err := x.Uploads.TokenOwner(x.request.Context(), pawl.ActWrite, part.id, part.token)
		if err != nil {
			return err
		}
		if owner == nobody || i > 0 && owner != x.principal {
			x.principal = nobody
			return unknown
		}
		x.principal = owner
	}
	return nil
}

// giveToken gives a planned upload a token for its URL if its owner has logged in. Without
// logins nobody needs one.
func (x *exchange) giveToken(planned *pawl.Upload) {
	if x.principal != pawl.Local {
		x.token = planned.GiveToken()
	}
}

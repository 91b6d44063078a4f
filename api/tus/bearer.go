package tus

import (
	"net/http"
	"net/url"
	"strings"

	"pawl"
)

// secretKey is the parameter of an upload's URL that carries the upload's secret.
const secretKey = "token"

func secretOf(u *url.URL) string {
	if u.RawQuery == "" {
		return ""
	}
	return u.Query().Get(secretKey)
}

// identify finds out who asks: the owner of an upload, whoever has its URL with the
// secret in it; or else who the request shows itself to be from.
func (x *exchange) identify() (err error) {
	x.principal, err = x.bearer()
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

// bearer is whom the secret in the request's URL stands for, if there is one.
func (x *exchange) bearer() (pawl.Principal, error) {
	secret := secretOf(x.request.URL)
	do, named := actions[x.request.Method]
	if secret == "" || !named {
		return nobody, nil
	}
	id, _ := pawl.ParseID(strings.TrimPrefix(x.request.URL.Path, Path)) // none is nobody's
	return x.Uploads.Bearer(x.request.Context(), do, id, secret)
}

// actions are what requests do to the upload that their URL names.
var actions = map[string]pawl.Action{
	http.MethodHead: pawl.ActRead, http.MethodPatch: pawl.ActWrite, http.MethodDelete: pawl.ActDelete,
}

// identifyByParts lets a client whose login has run out join what it has sent: the
// URLs of all parts show whose they are. Otherwise who asks stays unknown, with the
// error there was, if any.
func (x *exchange) identifyByParts(unknown error) error {
	kind, parts, err := parseConcat(x.request.Header)
	if err != nil || kind != pawl.Final {
		return unknown
	}
	for i, part := range parts {
		owner, err := x.Uploads.Bearer(x.request.Context(), pawl.ActWrite, part.id, part.secret)
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

// entrust gives an upload that is begun by somebody with a login a secret, for the
// URL it is told by. Who needs no login needs no secret.
func (x *exchange) entrust(planned *pawl.Upload) {
	if x.principal != pawl.Local {
		x.secret = planned.GiveSecret()
	}
}

package uploads

import (
	"context"

	"pawl"
)

// TokenOwner returns whom an upload's token stands for: the upload's owner, for as long as
// the upload may take. When it has ended, the token is good for asking how the upload
// ended, for as long again as an upload may rest. It returns the zero Principal, and no
// error, where the token is not the upload's.
//
// A Principal knows no bounds: the caller must use it for that upload alone.
func (u *Service) TokenOwner(ctx context.Context, do pawl.Action, id pawl.ID, token string) (pawl.Principal, error) {
	up, err := u.find(ctx, id)
	switch {
	case pawl.KindOf(err) == pawl.NotFound:
		return pawl.Principal{}, nil
	case err != nil:
		return pawl.Principal{}, err
	case !up.HasToken(token), up.Filed && !u.mayLookBack(do, up):
		return pawl.Principal{}, nil
	}
	return pawl.Principal{ID: up.Owner}, nil
}

func (u *Service) mayLookBack(do pawl.Action, ended pawl.Upload) bool {
	return do != pawl.ActDelete && (u.Expiry == 0 || u.Now().Before(ended.CreatedAt.Add(u.Expiry)))
}

// RevokeToken makes an upload's token worthless: the upload can be resumed only with a
// login from now on. A request that is sending for it is asked to let go.
func (u *Service) RevokeToken(ctx context.Context, p pawl.Principal, id pawl.ID) error {
	up, unlock, err := u.lockFor(ctx, p, pawl.ActWrite, id, func() {})
	if err != nil {
		return err
	}
	defer unlock()
	if up.Filed {
		return pawl.ErrNoSuchUpload
	}
	if err := u.commitLocked(ctx, id, func(tx pawl.Tx) error { return tx.ForgetToken(id) }); err != nil {
		return err
	}
	if w := u.writers.get(id); w != nil {
		w.change(u.Now(), func(up *pawl.Upload) { up.TokenSHA256 = nil })
	}
	return nil
}

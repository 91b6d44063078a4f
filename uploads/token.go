package uploads

import (
	"context"

	"pawl"
)

// Bearer is whom an upload's secret stands for: its owner, for as long as that
// upload may take. When it has ended, the secret is good for looking how the
// upload went, as long again as an upload may rest. It is nobody, the zero
// Principal, if the secret opens nothing; the error is then nil.
//
// A Principal knows no bounds: whoever asks uses it for that upload alone.
func (u *Service) Bearer(ctx context.Context, do pawl.Action, id pawl.ID, secret string) (pawl.Principal, error) {
	up, err := u.find(ctx, id)
	switch {
	case pawl.KindOf(err) == pawl.NotFound:
		return pawl.Principal{}, nil
	case err != nil:
		return pawl.Principal{}, err
	case !up.OpensWith(secret), up.Filed && !u.mayLookBack(do, up):
		return pawl.Principal{}, nil
	}
	return pawl.Principal{ID: up.Owner}, nil
}

func (u *Service) mayLookBack(do pawl.Action, ended pawl.Upload) bool {
	return do != pawl.ActDelete && (u.Expiry == 0 || u.Now().Before(ended.CreatedAt.Add(u.Expiry)))
}

// RevokeSecret makes an upload's secret worthless: it can only go on with a login
// from now on. A request that is sending for it is asked to let go.
func (u *Service) RevokeSecret(ctx context.Context, p pawl.Principal, id pawl.ID) error {
	if _, err := u.rowFor(ctx, p, pawl.ActWrite, id); err != nil {
		return err // before anybody is asked to stop
	}
	unlock, err := u.Lock(ctx, id, func() {})
	if err != nil {
		return err
	}
	defer unlock()
	if err := u.commitHeld(ctx, id, func(tx pawl.Tx) error { return tx.ForgetSecret(id) }); err != nil {
		return err
	}
	if l := u.live.get(id); l != nil {
		l.change(u.Now(), func(up *pawl.Upload) { up.SecretSHA256 = nil })
	}
	return nil
}

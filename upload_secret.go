package pawl

import "context"

// Bearer is whom an upload's secret stands for: its owner, for as long as that
// upload may take. When it has ended, the secret is good for looking how the
// upload went, as long again as an upload may rest. It is nobody, the zero
// Principal, if the secret opens nothing; the error is then nil.
//
// A Principal knows no bounds: whoever asks uses it for that upload alone.
func (u *Uploads) Bearer(ctx context.Context, do Action, id ID, secret string) (Principal, error) {
	up, err := u.find(ctx, id)
	switch {
	case KindOf(err) == NotFound:
		return Principal{}, nil
	case err != nil:
		return Principal{}, err
	case !up.OpensWith(secret), up.Filed && !u.mayLookBack(do, up):
		return Principal{}, nil
	}
	return Principal{ID: up.Owner}, nil
}

func (u *Uploads) mayLookBack(do Action, ended Upload) bool {
	return do != ActDelete && (u.Expiry == 0 || u.Now().Before(ended.CreatedAt.Add(u.Expiry)))
}

// RevokeSecret makes an upload's secret worthless: it can only go on with a login
// from now on. A request that is sending for it is asked to let go.
func (u *Uploads) RevokeSecret(ctx context.Context, p Principal, id ID) error {
	if _, err := u.rowFor(ctx, p, ActWrite, id); err != nil {
		return err // before anybody is asked to stop
	}
	unlock, err := u.Lock(ctx, id, func() {})
	if err != nil {
		return err
	}
	defer unlock()
	if err := u.commitHeld(ctx, id, func(tx Tx) error { return tx.ForgetSecret(id) }); err != nil {
		return err
	}
	if l := u.live.get(id); l != nil {
		l.change(u.Now(), func(up *Upload) { up.SecretSHA256 = nil })
	}
	return nil
}

package pawl

import "context"

// Gates are the checks of an upload, when it is created, when its first bytes have arrived
// and before it becomes a file, and of a file when it is renamed. Each list is asked in
// order, and the first rejection ends the upload. A rejection is an [Error] of kind
// [Refused], [UnsupportedType], [TooLarge] or [Invalid], with a sentence for the client. One
// of kind [Unavailable] means that the gate could not be asked: a creation then fails and
// can be retried, and a finish is retried later.
type Gates struct {
	Begin   []BeginGate
	Content []ContentGate
	Finish  []FinishGate
	Rename  []RenameGate
	// Detect returns the media type that the first bytes of content show, at most HeadBytes
	// of them. It does not know the name and the declared type: gates compare those.
	Detect func(head []byte) string
}

// HeadBytes is how much of an upload's beginning the content gates see.
const HeadBytes = 3072

// BeginGate is asked before an upload exists. Partial uploads are not asked: they
// have neither name nor type, and the final upload made of them is.
type BeginGate interface {
	Begin(ctx context.Context, u Upload) error
}

// ContentGate is asked as soon as the first HeadBytes have arrived, or all of a shorter
// upload; foundType is what [Gates.Detect] returned for them.
type ContentGate interface {
	Content(ctx context.Context, u Upload, foundType string) error
}

// FinishGate is asked when every byte is there and the file is about to exist.
type FinishGate interface {
	Finish(ctx context.Context, f File) error
}

// RenameGate is asked before a file is renamed: f has the new name. A rejection leaves the
// file as it is.
type RenameGate interface {
	Rename(ctx context.Context, f File) error
}

package uploads

import (
	"time"

	"pawl"
	"pawl/mediatype"
)

// What is written when an upload ends: these run inside a transaction.

func newFile(up pawl.Upload, sum [32]byte, now time.Time) pawl.File {
	return pawl.File{
		ID: up.ID, Owner: up.Owner, Name: up.Name, Size: up.Progress.Offset,
		DeclaredType: up.DeclaredType, MediaType: mediatype.Stored(up.Progress.FoundType, up.DeclaredType, up.Name, up.Progress.Offset == 0), SHA256: sum, State: pawl.Ready,
		Metadata: up.Metadata, RawMetadata: up.RawMetadata, RawConcat: up.RawConcat, JoinKey: up.JoinKey(),
		TokenSHA256: up.TokenSHA256,
		CreatedAt:   now, UpdatedAt: now,
	}
}

func recordFile(tx pawl.Tx, f pawl.File) error {
	if err := tx.InsertFile(f); err != nil {
		return err
	}
	err := tx.Count(pawl.Tally{
		At: f.CreatedAt, Owner: f.Owner, MediaType: f.MediaType,
		FilesAdded: 1, BytesAdded: f.Size, UploadsFinished: 1,
	})
	if err != nil {
		return err
	}
	return tx.Record(pawl.Event{At: f.CreatedAt, Type: pawl.FileCreated, Subject: f.ID, Owner: f.Owner, Outcome: pawl.Finished})
}

// recordEnd records an upload that becomes no file. A partial upload is part of another
// that is recorded.
func recordEnd(tx pawl.Tx, up pawl.Upload, outcome pawl.Outcome, why error, now time.Time) error {
	if up.Kind == pawl.Partial {
		return nil
	}
	if outcome.Failed() {
		if err := tx.Count(pawl.Tally{At: now, Owner: up.Owner, UploadsFailed: 1}); err != nil {
			return err
		}
	}
	return tx.Record(pawl.Event{
		At: now, Type: pawl.UploadEnded, Subject: up.ID, Owner: up.Owner, Outcome: outcome, Reason: reason(why),
	})
}

// reason is the sentence of an error that people may see.
func reason(err error) string {
	if err == nil {
		return ""
	}
	return pawl.Sentence(err)
}

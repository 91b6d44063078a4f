package tusclient

import (
	"context"
	"errors"
	"io"
	"slices"
	"sync"
)

// partCount returns the number of parts to send in parallel; 1 if the file is not split.
func (j *job) partCount() int {
	if !j.Server.Offers("concatenation") {
		return 1
	}
	return int(min(int64(j.Parts), j.Size/smallestPart))
}

// split divides size bytes into parts of almost equal size.
func split(size int64, count int) []Part {
	parts := make([]Part, count)
	for i := range parts {
		parts[i].Start = size / int64(count) * int64(i)
		parts[i].End = size / int64(count) * int64(i+1)
	}
	parts[count-1].End = size
	return parts
}

// sendParts sends or resumes the parts and concatenates them. It computes the digest of
// the whole source in parallel.
func (j *job) sendParts(ctx context.Context) (string, error) {
	if j.State.Joining {
		if url, err := j.join(ctx); err == nil {
			j.moved(j.Size, false)
			return url, nil
		}
	}
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	var working sync.WaitGroup
	working.Go(func() { failWith(cancel, j.digest.reach(ctx, j.Size)) })
	for i := range j.State.Parts {
		if err := j.createPart(ctx, i); err != nil {
			failWith(cancel, err)
			break
		}
		part := j.State.Parts[i]
		working.Go(func() { failWith(cancel, j.sendPart(ctx, part)) })
	}
	working.Wait()
	if err := context.Cause(ctx); err != nil {
		return "", err
	}
	if err := j.save(State{Parts: j.State.Parts, Joining: true}); err != nil {
		return "", err
	}
	return j.join(ctx)
}

func failWith(cancel context.CancelCauseFunc, err error) {
	if err != nil {
		cancel(err)
	}
}

// createPart creates the upload of a part if it has none.
func (j *job) createPart(ctx context.Context, i int) error {
	part := j.State.Parts[i]
	if part.URL != "" {
		return nil
	}
	url, _, err := j.createFor(ctx, Creation{Length: part.End - part.Start, Partial: true})
	if err != nil {
		return err
	}
	parts := slices.Clone(j.State.Parts) // other goroutines read the old slice
	parts[i].URL = url
	return j.save(State{Parts: parts})
}

func (j *job) sendPart(ctx context.Context, p Part) error {
	s := &stream{client: j.Client, url: p.URL, source: io.NewSectionReader(j.Source, p.Start, p.End-p.Start),
		size: p.End - p.Start, checksum: j.checksums(), moved: j.moved}
	err := s.resume(ctx)
	if errors.Is(err, context.Canceled) {
		return nil // the error is that of another part
	}
	return err
}

func (j *job) join(ctx context.Context) (url string, err error) {
	var parts []string
	for _, p := range j.State.Parts {
		parts = append(parts, p.URL)
	}
	err = j.persist(ctx, func() (err error) {
		url, err = j.Join(ctx, parts, j.Metadata)
		return err
	})
	return url, err
}

package conformance

import (
	"fmt"
	"slices"
	"strings"
)

// metadataForms are well-formed, each in a way of its own.
var metadataForms = []string{
	"filename " + "d29ybGQ=",
	"filename d29ybGQ=,is_confidential",
	"is_confidential",
	"empty ,other YQ==",
	"a YQ==,b YWI=,c YWJj,A Yg==",
	"filename " + base64Of("Übung 日本 🎉.txt"),
	"!#$%&'*+-.^_`|~ YQ==,\"\\;:=()[]{}<>@?/ YQ==",
	"filetype " + base64Of("image/svg+xml; charset=utf-8") + ",relativePath " + base64Of("null"),
	"caption " + base64Of("two\nlines\tand a tab"),
}

func metadataBack(p *probe) {
	for _, form := range metadataForms {
		target := p.create(5, "Upload-Metadata: "+form)
		p.sameMetadata(target, form)
	}
}

// sameMetadata compares pairs: their order and the space after a key without a
// value mean nothing.
func (p *probe) sameMetadata(target, want string) {
	p.Helper()
	pairs := func(header string) []string {
		all := strings.Split(header, ",")
		for i := range all {
			all[i] = strings.TrimSpace(all[i])
		}
		slices.Sort(all)
		return all
	}
	got := p.head(target).is(200, 204).Header.Values("Upload-Metadata")
	if len(got) != 1 || !slices.Equal(pairs(got[0]), pairs(want)) {
		p.Errorf("Upload-Metadata is %q, was sent as %q", got, want)
	}
}

func metadataComplete(p *probe) {
	form := metadataForms[1]
	target := p.create(5, "Upload-Metadata: "+form)
	p.patch(target, 0, "hel").added(3)
	p.sameMetadata(target, form)
	p.patch(target, 3, "lo").added(5)
	p.sameMetadata(target, form)
	p.sameMetadata(p.create(0, "Upload-Metadata: "+form), form)
}

func metadataLarge(p *probe) {
	for _, size := range []int{4 << 10, 8<<10 - 1, 8 << 10, 8<<10 + 1, 64 << 10} {
		form := "note " + base64Of(strings.Repeat("x", (size-8)/4*3))
		form += strings.Repeat(",", min(1, size-len(form))) + strings.Repeat("k", max(0, size-len(form)-1))
		a := p.post(nil, lengthOf(5), "Upload-Metadata: "+form)
		if size > 8<<10 {
			a.is(400, 413, 431)
			continue
		}
		if a.is(201, 400, 413, 431).StatusCode == 201 {
			p.sameMetadata(a.location(), form)
		} else if size <= 4<<10 {
			a.errorf("%d bytes of metadata are too many for it", size)
		}
	}
}

func metadataMalformed(p *probe) {
	for _, form := range []string{
		"filename !!!", "filename YQ", "filename YR==", "filename YQ== YQ==", "filename  YQ==", "filename YQ==,", ",filename YQ==",
		"filename YQ==,,note", "a YQ==,a Yg==", "a,a", "filename YQ-_", "ключ YQ==", "filename\tYQ==", "filename YQ==;note YQ==",
	} {
		p.post(nil, lengthOf(5), "Upload-Metadata: "+form).is(400)
	}
	p.post(nil, lengthOf(5), "Upload-Metadata: a YQ==", "Upload-Metadata: a Yg==").is(400)
}

func metadataSmuggling(p *probe) {
	for _, evil := range []string{"a\r\nX-Evil: 1", "a\nX-Evil: 1", "a\x00b", "\r\n\r\n<script>"} {
		for _, key := range []string{"filename", "filetype", "note"} {
			a := p.post(nil, lengthOf(0), fmt.Sprintf("Upload-Metadata: %s %s", key, base64Of(evil)))
			if a.is(201, 400).StatusCode == 201 {
				p.head(a.location()).is(200, 204).hasNot("X-Evil")
			}
		}
	}
}

func metadataNone(p *probe) {
	p.head(p.create(5)).is(200, 204).hasNot("Upload-Metadata")
}

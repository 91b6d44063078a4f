package filetype_test

import (
	"archive/tar"
	"bytes"
	"strings"
	"testing"

	"pawl"
	"pawl/hooks/filetype"
	"pawl/mediatype"
)

// First bytes of more real files.
var (
	emptyZip  = []byte("PK\x05\x06" + strings.Repeat("\x00", 18))
	gzipped   = []byte("\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\x03")
	bzipped   = []byte("BZh91AY&SY\x00\x00")
	ole       = append([]byte("\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"), make([]byte, 600)...)
	rar       = []byte("Rar!\x1a\x07\x01\x00\x33\x92\xb5\xe5")
	rtf       = []byte(`{\rtf1\ansi Hello}`)
	vcard     = []byte("BEGIN:VCARD\nVERSION:3.0\nFN:Ada\nEND:VCARD\n")
	php       = []byte("<?php\necho 'hello';\n")
	wav       = []byte("RIFF\x24\x00\x00\x00WAVEfmt \x10\x00\x00\x00")
	flac      = []byte("fLaC\x00\x00\x00\x22\x10\x00\x10\x00")
	mp3       = append([]byte("ID3\x03\x00\x00\x00\x00\x00\x0aTIT2\x00\x00\x00\x00\x00\x00"), "\xff\xfb\x90\x00"...)
	opus      = []byte("OggS\x00\x02\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x01\x13OpusHead\x01\x02")
	ogg       = []byte("OggS\x00\x02\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x01\x13unheard of")
	matroska  = []byte("\x1a\x45\xdf\xa3\xa3\x42\x86\x81\x01\x42\xf7\x81\x01\x42\xf2\x81\x04\x42\xf3\x81\x08\x42\x82\x88matroska")
	webm      = []byte("\x1a\x45\xdf\xa3\x9f\x42\x86\x81\x01\x42\xf7\x81\x01\x42\xf2\x81\x04\x42\xf3\x81\x08\x42\x82\x84webm")
	ico       = []byte("\x00\x00\x01\x00\x01\x00\x10\x10\x00\x00\x01\x00\x20\x00\x68\x04\x00\x00\x16\x00\x00\x00")
	mov       = []byte("\x00\x00\x00\x14ftypqt  \x00\x00\x02\x00qt  ")
	cr3       = []byte("\x00\x00\x00\x18ftypcrx \x00\x00\x00\x01crx isom")
	asf       = []byte("\x30\x26\xb2\x75\x8e\x66\xcf\x11\xa6\xd9\x00\xaa\x00\x62\xce\x6c")
	ps        = []byte("%!PS-Adobe-3.0 EPSF-3.0\n")
	xhtml     = []byte("<?xml version=\"1.0\"?>\n<html xmlns=\"http://www.w3.org/1999/xhtml\"><body/></html>")
	lateXlsx  = archive("[Content_Types].xml", "customXml/"+strings.Repeat("x", pawl.HeadBytes), "xl/workbook.xml")
	lateSvg   = []byte("<!-- drawn -->\n<svg xmlns=\"http://www.w3.org/2000/svg\"></svg>")
	typedSvg  = []byte("<!DOCTYPE svg PUBLIC \"-//W3C//DTD SVG 1.1//EN\" \"http://www.w3.org/Graphics/SVG/1.1/DTD/svg11.dtd\">\n<svg/>")
	someSvg   = []byte("\xef\xbb\xbf<?xml version=\"1.0\"?>\n<!-- a -->\n\n<!-- b -->\n<svg\n xmlns=\"http://www.w3.org/2000/svg\"/>")
	batch     = []byte("@echo off\r\necho hello\r\n")
	python    = []byte("#!/usr/bin/env python3\nprint('hello')\n")
	tarred    = tarArchive("a.txt")
	xlsxType  = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
	excelType = "application/vnd.ms-excel"
)

// honest are files with the types that common systems declare.
var honest = []struct {
	name, declared string
	head           []byte
}{
	{"a.zip", "application/x-zip-compressed", emptyZip},
	{"a.gz", "application/x-gzip", gzipped},
	{"a.tgz", "application/x-compressed-tar", gzipped},
	{"a.tgz", "application/gzip", gzipped},
	{"a.tar.gz", "application/x-tar", gzipped},
	{"a.tar.bz2", "application/x-tar", bzipped},
	{"a.tar", "application/x-gtar", tarred},
	{"a.bz2", "application/x-bzip", bzipped},
	{"a.bz2", "application/x-bzip2", bzipped},
	{"a.rar", "application/x-rar-compressed", rar},
	{"a.rar", "application/vnd.rar", rar},
	{"a.exe", "application/x-msdownload", exe},
	{"a.exe", "application/x-msdos-program", exe},
	{"a.exe", "application/x-ms-dos-executable", exe},
	{"a.bat", "application/x-msdos-program", batch},
	{"a", "application/x-executable", elf},
	{"a.so", "application/x-sharedlib", elf},
	{"a.sh", "application/x-sh", shell},
	{"a.sh", "text/x-sh", shell},
	{"a.sh", "text/plain", shell},
	{"a.sh", "application/x-sh", text},
	{"a.py", "text/x-python", python},
	{"a.py", "text/plain", python},
	{"a.py", "text/x-python", shell},
	{"a.sh", "application/x-sh", python},
	{"a.php", "application/x-php", php},
	{"a.php", "application/x-php", html},
	{"a.ts", "video/mp2t", text},

	{"a.doc", "application/msword", ole},
	{"a.xls", excelType, ole},
	{"a.ppt", "application/vnd.ms-powerpoint", ole},
	{"a.doc", "application/msword", rtf},
	{"a.docx", docxType, ole},
	{"a.docx", docxType, lateDocx},
	{"a.xlsx", xlsxType, lateXlsx},
	{"a.csv", excelType, csv},
	{"a.csv", excelType, text},
	{"a.csv", "text/csv", text},
	{"a.rtf", "application/rtf", rtf},
	{"a.rtf", "text/rtf", rtf},
	{"a.ai", "application/postscript", pdf},
	{"a.eps", "image/x-eps", ps},
	{"a.vcf", "text/x-vcard", vcard},
	{"a.vcf", "text/vcard", vcard},

	{"a.md", "text/markdown", html},
	{"a.md", "text/markdown", svg},
	{"a.md", "text/x-markdown", text},
	{"a.xml", "application/xml", xml},
	{"a.xml", "text/xml", svg},
	{"a.html", "text/html", xhtml},
	{"a.xhtml", "application/xhtml+xml", html},
	{"a.svg", "image/svg+xml", lateSvg},
	{"a.svg", "image/svg+xml", typedSvg},
	{"a.svgz", "image/svg+xml", gzipped},
	{"a.json", "text/json", json},

	{"a.jpg", "image/jpg", jpeg},
	{"a.jpg", "image/pjpeg", jpeg},
	{"a.png", "image/png", apng},
	{"a.png", "image/vnd.mozilla.apng", apng},
	{"a.ico", "image/vnd.microsoft.icon", ico},
	{"a.ico", "image/x-icon", ico},
	{"a.heic", "image/heif", heic},
	{"a.nef", "image/x-nikon-nef", tiff},
	{"a.dng", "image/x-adobe-dng", tiff},
	{"a.cr2", "image/x-canon-cr2", tiff},
	{"a.cr3", "image/x-canon-cr3", cr3},

	{"a.mp3", "audio/mp3", mp3},
	{"a.mp3", "audio/mpeg", mp3},
	{"a.flac", "audio/flac", mp3},
	{"a.wav", "audio/x-wav", wav},
	{"a.wav", "audio/wav", wav},
	{"a.flac", "audio/x-flac", flac},
	{"a.opus", "audio/opus", opus},
	{"a.opus", "audio/ogg; codecs=opus", opus},
	{"a.ogg", "audio/ogg", ogg},
	{"a.m4a", "audio/mp4", m4a},
	{"a.m4a", "audio/x-m4a", m4a},
	{"a.m4a", "audio/x-m4a", mp4},
	{"a.mka", "audio/x-matroska", matroska},
	{"a.mkv", "video/x-matroska", matroska},
	{"a.mkv", "video/matroska", webm},
	{"a.webm", "audio/webm;codecs=opus", webm},
	{"a.webm", "video/webm", webm},
	{"a.mov", "video/quicktime", mp4},
	{"a.mp4", "video/mp4", mov},
	{"a.wma", "audio/x-ms-wma", asf},
	{"a.wmv", "video/x-ms-wmv", asf},
}

func tarArchive(name string) []byte {
	var buf bytes.Buffer
	w := tar.NewWriter(&buf)
	if err := w.WriteHeader(&tar.Header{Name: name, Mode: 0o600}); err != nil {
		panic(err)
	}
	_ = w.Close()
	return buf.Bytes()
}

// TestHonestFiles checks that gate and type_mismatch agree.
func TestHonestFiles(t *testing.T) {
	for _, f := range honest {
		found := filetype.Detect(f.head)
		if found == mediatype.Generic {
			t.Errorf("%s is not recognised, and so shows nothing", f.name)
		}
		if mediatype.Contradict(f.declared, found) {
			t.Errorf("%s declared as %s and found to be %s is called a mismatch", f.name, f.declared, found)
		}
		if err := judge(t, filetype.Config{RefuseMismatch: true}, f.name, f.declared, f.head); err != nil {
			t.Errorf("%s declared as %s is refused: %v", f.name, f.declared, err)
		}
	}
}

func TestLies(t *testing.T) {
	for _, f := range []struct {
		declared string
		head     []byte
	}{
		{"image/png", pdf}, {"image/png", jpeg}, {"image/png", exe}, {"image/png", html}, {"image/jpeg", text},
		{"text/plain", html}, {"text/plain", svg}, {"text/plain", exe}, {"text/csv", html}, {"text/csv", shell},
		{"application/json", html}, {"application/pdf", exe}, {"application/pdf", html}, {"application/pdf", zipped},
		{docxType, elf}, {docxType, exe}, {docxType, html}, {excelType, html}, {excelType, exe}, {"application/msword", html},
		{"audio/mpeg", exe}, {"audio/webm", exe}, {"video/mp4", html}, {"video/mp4", heic}, {"image/heic", mp4},
		{"image/svg+xml", html}, {"text/vcard", html}, {"application/postscript", html}, {"application/x-tar", pdf},
		{"application/zip", exe}, {"application/x-zip-compressed", html}, {"model/obj", html},
	} {
		found := filetype.Detect(f.head)
		if !mediatype.Contradict(f.declared, found) {
			t.Errorf("%s found to be %s is not called a mismatch", f.declared, found)
		}
		if err := judge(t, filetype.Config{RefuseMismatch: true}, "a", f.declared, f.head); err == nil {
			t.Errorf("%s found to be %s is taken", f.declared, found)
		}
	}
}

func TestDetectSVG(t *testing.T) {
	for _, head := range [][]byte{svg, lateSvg, typedSvg, someSvg} {
		if got := filetype.Detect(head); got != "image/svg+xml" {
			t.Errorf("%.40q is %s", head, got)
		}
	}
	for _, head := range []string{
		"<!-- c -->\n<html><svg></svg></html>", "<!-- never closed <svg ", "<!-- c --> Dear <svg>",
		"<!DOCTYPE html><svg></svg>", "<svgs/>",
	} {
		if got := filetype.Detect([]byte(head)); got == "image/svg+xml" {
			t.Errorf("%q is taken for an image", head)
		}
	}
}

// TestSoundInContainers checks that containers that can hold audio or video are accepted
// as audio only if declared as audio.
func TestSoundInContainers(t *testing.T) {
	const recording = "audio/webm;codecs=opus"
	for _, c := range []struct {
		name     string
		config   filetype.Config
		file     string
		declared string
		head     []byte
		want     string
	}{
		{"a recording", filetype.Config{AllowTypes: []string{"audio/*"}}, "a.webm", recording, webm, ""},
		{"a recording by its own type", filetype.Config{AllowTypes: []string{"audio/webm"}}, "a.webm", recording, webm, ""},
		{"a recording by name alone", filetype.Config{AllowTypes: []string{"audio/*"}}, "a.weba", "", webm, ""},
		{"a recording in MP4", filetype.Config{AllowTypes: []string{"audio/*"}}, "a.m4a", "audio/x-m4a", mp4, ""},
		{"a recording in Ogg", filetype.Config{AllowTypes: []string{"audio/*"}}, "a.opus", "audio/opus", opus, ""},
		{"a recording in Matroska", filetype.Config{AllowTypes: []string{"audio/*"}}, "a.mka", "audio/x-matroska", matroska, ""},
		{"a recording of a phone", filetype.Config{AllowTypes: []string{"audio/*"}}, "a.3ga", "audio/3gpp", []byte("\x00\x00\x00\x18ftyp3gp4\x00\x00\x02\x003gp4isom"), ""},
		{"an alias in another family", filetype.Config{AllowTypes: []string{"image/*"}}, "a.eps", "image/x-eps", ps, ""},
		{"a film", filetype.Config{AllowTypes: []string{"audio/*"}}, "a.webm", "video/webm", webm,
			"only audio files are allowed (this was declared as video/webm)"},
		{"a container without a claim", filetype.Config{AllowTypes: []string{"audio/*"}}, "a", "", webm,
			"only audio files are allowed (this is of type video/webm)"},
		{"another thing in the name of a recording", filetype.Config{AllowTypes: []string{"audio/*"}}, "a", recording, pdf,
			"only audio files are allowed (this is a PDF)"},
		{"a recording is no film", filetype.Config{AllowTypes: []string{"video/*"}}, "a.webm", recording, webm,
			"only videos are allowed (this was declared as " + recording + ")"},

		{"what may be a film where films are denied", filetype.Config{DenyTypes: []string{"video/*"}}, "a.webm", recording, webm,
			"files of type video/webm are not allowed"},
		{"a film where sound is denied", filetype.Config{DenyTypes: []string{"audio/*"}}, "a.webm", "video/webm", webm, ""},
		{"a recording where sound is denied", filetype.Config{DenyTypes: []string{"audio/*"}}, "a.webm", recording, webm,
			"files of type " + recording + " are not allowed"},
	} {
		t.Run(c.name, func(t *testing.T) {
			got := ""
			if err := judge(t, c.config, c.file, c.declared, c.head); err != nil {
				got = err.Error()
			}
			if got != c.want {
				t.Errorf("got  %q\nwant %q", got, c.want)
			}
		})
	}
}

// TestDetectIsCanonical checks that Detect returns canonical types.
func TestDetectIsCanonical(t *testing.T) {
	heads := [][]byte{png, gif, pdf, text, csv, html, svg, json, shell, noise, xml, zipped, docx, bytes.Repeat([]byte("x"), 9000)}
	for _, f := range honest {
		heads = append(heads, f.head)
	}
	for _, head := range heads {
		if found := filetype.Detect(head); mediatype.Canonical(found) != found {
			t.Errorf("%.20q is found to be %s, not %s", head, found, mediatype.Canonical(found))
		}
	}
}

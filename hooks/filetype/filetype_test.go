package filetype_test

import (
	"archive/zip"
	"bytes"
	"strings"
	"testing"

	"pawl"
	"pawl/hooks/filetype"
)

// First bytes of real files, as short as their formats allow.
var (
	png    = []byte("\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x00\x00\x01\x00\x00\x00\x01\x08\x06\x00\x00\x00\x1f\x15\xc4\x89")
	apng   = append(bytes.Clone(png), []byte("\x00\x00\x00\x08acTL\x00\x00\x00\x02\x00\x00\x00\x00")...)
	jpeg   = []byte("\xff\xd8\xff\xe0\x00\x10JFIF\x00\x01")
	tiff   = []byte("II*\x00\x08\x00\x00\x00")
	gif    = []byte("GIF89a\x01\x00\x01\x00\x80\x00\x00")
	pdf    = []byte("%PDF-1.7\n%\xe2\xe3\xcf\xd3\n")
	exe    = []byte("MZ\x90\x00\x03\x00\x00\x00\x04\x00\x00\x00\xff\xff\x00\x00")
	elf    = []byte("\x7fELF\x02\x01\x01\x00\x00\x00\x00\x00\x00\x00\x00\x00\x02\x00\x3e\x00\x01\x00\x00\x00")
	mp4    = []byte("\x00\x00\x00\x18ftypisom\x00\x00\x02\x00isomiso2")
	m4a    = []byte("\x00\x00\x00\x18ftypM4A \x00\x00\x02\x00isomiso2")
	heic   = []byte("\x00\x00\x00\x18ftypheic\x00\x00\x00\x00mif1heic")
	text   = []byte("Dear all,\nthis is a letter and nothing else.\n")
	csv    = []byte("name,age\nAda,36\nGrace,85\n")
	html   = []byte("<!DOCTYPE html><html><body>hello</body></html>")
	svg    = []byte(`<svg xmlns="http://www.w3.org/2000/svg"><rect/></svg>`)
	json   = []byte(`{"a": [1, 2, 3]}`)
	shell  = []byte("#!/bin/sh\necho hello\n")
	noise  = []byte("\x01\x02\x03\x04\xf0\x9d\x00\x13\x37\x00\x01\x05")
	xml    = []byte("<?xml version=\"1.0\"?>\n<note><to>Ada</to></note>")
	zipped = archive("notes.txt")
	docx   = archive("[Content_Types].xml", "_rels/.rels", "word/document.xml")
	// An office file whose characteristic entry is not in the first bytes.
	lateDocx = archive("[Content_Types].xml", "customXml/"+strings.Repeat("x", pawl.HeadBytes), "word/document.xml")
)

const (
	docxType = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
	docmType = "application/vnd.ms-word.document.macroEnabled.12"
)

func archive(names ...string) []byte {
	var buf bytes.Buffer
	w := zip.NewWriter(&buf)
	for _, name := range names {
		f, err := w.CreateHeader(&zip.FileHeader{Name: name, Method: zip.Store})
		if err != nil {
			panic(err)
		}
		_, _ = f.Write([]byte("<x/>"))
	}
	_ = w.Close()
	return buf.Bytes()
}

func TestDetect(t *testing.T) {
	tests := []struct {
		name string
		head []byte
		want string
	}{
		{"png", png, "image/png"},
		{"jpeg", jpeg, "image/jpeg"},
		{"gif", gif, "image/gif"},
		{"pdf", pdf, "application/pdf"},
		{"docx", docx, docxType},
		{"a docx that shows it late", lateDocx, "application/zip"},
		{"mp4", mp4, "video/mp4"},
		{"svg", svg, "image/svg+xml"},
		{"text without its charset", text, "text/plain"},
		{"csv", csv, "text/csv"},
		{"json", json, "application/json"},
		{"json cut off", []byte(`[` + strings.Repeat(`"pawl",`, pawl.HeadBytes)), "application/json"},
		{"noise", noise, "application/octet-stream"},
		{"nothing", nil, "application/octet-stream"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := filetype.Detect(tt.head); got != tt.want {
				t.Errorf("Detect = %q, want %q", got, tt.want)
			}
		})
	}
}

// judge runs all checks of an upload.
func judge(t *testing.T, c filetype.Config, name, declared string, content []byte) error {
	t.Helper()
	gate, err := filetype.New(c)
	if err != nil {
		t.Fatal(err)
	}
	u := pawl.Upload{Name: name, DeclaredType: declared, Length: int64(len(content))}
	if err := gate.Begin(t.Context(), u); err != nil {
		return err
	}
	return gate.Content(t.Context(), u, filetype.Detect(content))
}

func TestGate(t *testing.T) {
	images := filetype.Config{AllowTypes: []string{"image/*"}}
	only := func(types ...string) filetype.Config { return filetype.Config{AllowTypes: types} }
	deny := func(types ...string) filetype.Config { return filetype.Config{DenyTypes: types} }
	honest := filetype.Config{RefuseMismatch: true}

	tests := []struct {
		name     string
		config   filetype.Config
		file     string
		declared string
		content  []byte
		want     string // the refusal, empty for none
	}{
		{"no lists allow everything", filetype.Config{}, "a.exe", "image/png", exe, ""},

		{"a family", images, "a.png", "image/png", png, ""},
		{"a family, nothing declared", images, "a", "", png, ""},
		{"a family, generic declaration", images, "a.png", "application/octet-stream", png, ""},
		{"a family with a slash", only("image/"), "a.png", "", png, ""},
		{"a family refuses a declaration", images, "a.pdf", "application/pdf", pdf,
			"only images are allowed (this was declared as application/pdf)"},
		{"a family refuses content under a false declaration", images, "a.png", "image/png", pdf,
			"only images are allowed (this is a PDF)"},
		{"a family refuses unknown bytes", images, "a.png", "image/png", noise,
			"only images are allowed (this is of an unknown type)"},
		{"a family refuses a made-up member of it", images, "a.png", "image/made-up", noise,
			"only images are allowed (this is of an unknown type)"},
		{"a family takes an SVG", images, "a.svg", "image/svg+xml", svg, ""},
		{"another name of a type", only("image/jpeg"), "a.jpg", "image/jpg", jpeg, ""},
		{"parameters are nothing", only("text/plain"), "a.txt", "text/plain; charset=utf-8", text, ""},
		{"case is nothing", only("Image/PNG"), "a.PNG", "IMAGE/png", png, ""},
		{"an animated PNG is a PNG", only("image/png"), "a.png", "image/png", apng, ""},
		{"a HEIC photo is no MP4 video", only("video/*"), "a.mp4", "video/mp4", heic,
			"only videos are allowed (this is of type image/heic)"},
		{"two families", only("image/*", "video/*"), "a.pdf", "", pdf, "only images and videos are allowed (this is a PDF)"},
		{"a long list", only("a/a", "a/b", "a/c", "a/d", "a/e", "a/f", "a/g"), "a.pdf", "", pdf,
			"only certain file types are allowed (this is a PDF)"},

		{"a table that looks like one", only("text/csv"), "a.csv", "text/csv", csv, ""},
		{"a table that looks like text", only("text/csv"), "a.csv", "text/csv", text, ""},
		{"a table known by its name", only("text/csv"), "a.csv", "", text, ""},
		{"a table declared as text", only("text/csv"), "a.csv", "text/plain", text, ""},
		{"a table declared as a workbook", only("text/csv"), "a.csv", "application/vnd.ms-excel", csv, ""},
		{"a page declared as a table", only("text/csv"), "a.csv", "text/csv", html,
			"only CSV tables are allowed (this is an HTML page)"},
		{"a text that looks like a table", only("text/plain"), "a.txt", "text/plain", csv, ""},
		{"a text that looks like JSON", only("text/plain"), "a.txt", "", json, ""},
		{"a text that is a page", only("text/plain"), "a.txt", "text/plain", html,
			"only plain text files are allowed (this is an HTML page)"},
		{"a text that is a script", only("text/plain"), "a.txt", "text/plain", shell,
			"only plain text files are allowed (this is of type text/x-shellscript)"},
		{"a page in the name of Markdown", only("text/plain"), "a.md", "text/markdown", html,
			"only plain text files are allowed (this is an HTML page)"},
		{"Markdown that begins with HTML", only("text/markdown"), "a.md", "text/markdown", html, ""},
		{"JSON that looks like text", only("application/json"), "a.json", "application/json", text, ""},
		{"a drawing that looks like XML", only("image/*"), "a.svg", "image/svg+xml", xml, ""},

		{"a Word document", only(docxType), "a.docx", docxType, docx, ""},
		{"a Word document that shows it late", only(docxType), "a.docx", docxType, lateDocx, ""},
		{"a Word document known by its name", only(docxType), "a.docx", "", lateDocx, ""},
		{"an archive without a claim is no document", only(docxType), "a.zip", "", zipped,
			"only Word documents are allowed (this is a ZIP archive)"},
		{"a type that magic bytes do not know", only("application/x-pawl"), "a.pawl", "application/x-pawl", noise, ""},

		{"an empty file has nothing to judge", images, "a.png", "image/png", nil, ""},
		{"an empty file still has a declaration", images, "a.pdf", "application/pdf", nil,
			"only images are allowed (this was declared as application/pdf)"},

		{"a denied declaration", deny("application/x-msdownload"), "a", "application/x-msdownload", text,
			"files of type application/x-msdownload are not allowed"},
		{"denied bytes", deny("application/x-msdownload"), "a.png", "image/png", exe,
			"files of type application/vnd.microsoft.portable-executable are not allowed"},
		{"denied bytes of an allowed family", filetype.Config{AllowTypes: []string{"image/*"}, DenyTypes: []string{"image/svg+xml"}},
			"a.svg", "", svg, "files of type image/svg+xml are not allowed"},
		{"a denied type and its kinds", deny("application/x-elf"), "a", "", elf,
			"files of type application/x-executable are not allowed"},
		{"a denied container is not what it holds", deny("application/zip"), "a.docx", docxType, docx, ""},
		{"what is not denied", deny("application/x-msdownload"), "a.png", "image/png", png, ""},

		{"an allowed extension", filetype.Config{AllowExtensions: []string{"png"}}, "A.PNG", "", text, ""},
		{"another extension", filetype.Config{AllowExtensions: []string{"png", ".JPG"}}, "a.gif", "", gif,
			"only files ending in .png or .jpg are allowed"},
		{"no extension", filetype.Config{AllowExtensions: []string{"png"}}, "unnamed", "", png,
			"only files ending in .png are allowed"},
		{"only the end of a compound extension", filetype.Config{AllowExtensions: []string{".tar.gz"}}, "a.gz", "", text,
			"only files ending in .tar.gz are allowed"},
		{"a compound extension", filetype.Config{AllowExtensions: []string{".tar.gz"}}, "a.tar.gz", "", text, ""},
		{"a denied extension", filetype.Config{DenyExtensions: []string{".exe"}}, "a.Exe", "", text,
			"files ending in .exe are not allowed"},
		{"a denied extension in disguise", filetype.Config{DenyExtensions: []string{".exe"}}, "a.exe. .", "", text,
			"files ending in .exe are not allowed"},
		{"a denied extension in the middle", filetype.Config{DenyExtensions: []string{".exe"}}, "a.exe.txt", "", text, ""},

		{"a lie", honest, "a.png", "image/png", pdf, "this is a PDF, and was declared as image/png"},
		{"a page as text", honest, "a.txt", "text/plain", html, "this is an HTML page, and was declared as text/plain"},
		{"no lie: nothing was declared", honest, "a.png", "", pdf, ""},
		{"no lie: a document is an archive", honest, "a.zip", "application/zip", docx, ""},
		{"no lie: an archive may be a document", honest, "a.docx", docxType, zipped, ""},
		{"no lie: nor may one with macros", honest, "a.docm", docmType, zipped, ""},
		{"no lie: a table is text", honest, "a.csv", "text/csv", text, ""},
		{"no lie: a letter with commas", honest, "a.md", "text/markdown", csv, ""},
		{"no lie: two names of a type", honest, "a.jpg", "image/pjpeg", jpeg, ""},
		{"no lie: brands of one container", honest, "a.m4a", "audio/mp4", m4a, ""},
		{"no lie: Markdown may begin with HTML", honest, "a.md", "text/markdown", html, ""},
		{"no lie: a model is an archive inside", honest, "a.3mf", "model/3mf", zipped, ""},
		{"no lie: a model is a text", honest, "a.obj", "model/obj", text, ""},
		{"no lie: a raw photo", honest, "a.nef", "image/x-nikon-nef", tiff, ""},
		{"a page as a model", honest, "a.obj", "model/obj", html, "this is an HTML page, and was declared as model/obj"},
		{"no lie: bytes that say nothing", honest, "a.png", "image/png", noise, ""},
		{"a program as a document", honest, "a.docx", docxType, elf, "this is a program, and was declared as " + docxType},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			err := judge(t, tt.config, tt.file, tt.declared, tt.content)
			got := ""
			if err != nil {
				got = err.Error()
				if kind := pawl.KindOf(err); kind != pawl.UnsupportedType {
					t.Errorf("kind = %s, want %s", kind, pawl.UnsupportedType)
				}
			}
			if got != tt.want {
				t.Errorf("got  %q\nwant %q", got, tt.want)
			}
		})
	}
}

// TestExtensions checks names at creation and when renaming.
func TestExtensions(t *testing.T) {
	deny, allow := filetype.Config{DenyExtensions: []string{"exe"}}, filetype.Config{AllowExtensions: []string{"png", ".tar.gz"}}
	for _, test := range []struct {
		config  filetype.Config
		name    string
		refused bool
	}{
		{deny, "a.png", false}, {deny, "a.exe", true}, {deny, "A.EXE", true}, {deny, "a.exe. .", true}, {deny, "a.exe\u200d", true},
		{deny, "a.exe\u200b", true}, {deny, "a.e\u202exe", true}, {deny, "a.exe::$DATA", true}, {deny, "a.exe:x:$data", true},
		{deny, "a.exe.txt", false}, {deny, "10:30 a.png", false},
		{allow, "a.png", false}, {allow, "a.tar.gz", false}, {allow, "a.exe", true}, {allow, "a", true}, {allow, "10:30 a.png", false},
		{allow, "10:$5.png", false}, {allow, "a.png::$DATA", false}, {allow, "a.exe:b.png:$DATA", true},
	} {
		gate, err := filetype.New(test.config)
		if err != nil {
			t.Fatal(err)
		}
		for moment, err := range map[string]error{
			"begin":  gate.Begin(t.Context(), pawl.Upload{Name: test.name}),
			"rename": gate.Rename(t.Context(), pawl.File{Name: test.name}),
		} {
			if (err != nil) != test.refused || err != nil && pawl.KindOf(err) != pawl.UnsupportedType {
				t.Errorf("%+v, %s of %+q: %v", test.config, moment, test.name, err)
			}
		}
	}
}

func TestNewNamesEveryFault(t *testing.T) {
	_, err := filetype.New(filetype.Config{
		AllowTypes:      []string{"image/png", "png", "*/*", "a b/c"},
		DenyTypes:       []string{"image/*", "image/p*"},
		AllowExtensions: []string{".", "*.png", ".tar.gz"},
	})
	if err == nil {
		t.Fatal("New took a list of nonsense")
	}
	for _, want := range []string{`"png"`, `"*/*"`, `"a b/c"`, `"image/p*"`, `"."`, `"*.png"`} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("the error does not name %s:\n%v", want, err)
		}
	}
	if got := strings.Count(err.Error(), "\n") + 1; got != 6 {
		t.Errorf("%d faults, want 6:\n%v", got, err)
	}
}

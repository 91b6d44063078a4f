package pawl

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/cases"
	"golang.org/x/text/unicode/norm"
)

// MaxNameBytes is the longest name a file can have, in bytes of UTF-8.
const MaxNameBytes = 1024

// Unnamed is the name of a file whose client gave none.
const Unnamed = "unnamed"

// CleanName returns name in the one form in which it is stored, shown, sent and judged:
//
//   - each run of bytes that is not UTF-8 is replaced with U+FFFD;
//   - tabs, line breaks and separators are replaced with spaces, other control characters
//     are removed;
//   - invisible characters are removed, among them those that change the direction of
//     the text around them (UAX #9) and make "gnp.exe" read as "exe.png";
//   - blanks at either end are removed.
//
// Invisible characters that belong to the spelling stay: U+200C and U+200D inside a name
// (Persian, Hindi, emoji), variation selectors, and the tags of a flag. Slashes and
// dots stay too: a name is for display, and never names a file on disk.
//
// The result is empty if nothing visible is left, and can be longer than name.
// Cleaning it again changes nothing.
func CleanName(name string) string {
	if isPlain(name) {
		return name
	}
	var b strings.Builder
	inFlag := false // after U+1F3F4 and its tags so far
	for _, r := range strings.ToValidUTF8(name, "\uFFFD") {
		switch {
		case unicode.IsControl(r) && !unicode.IsSpace(r):
			continue
		case unicode.IsControl(r), r == '\u2028', r == '\u2029':
			r = ' '
		case isTag(r) && inFlag, isJoiner(r), unicode.Is(unicode.Variation_Selector, r):
		case isInvisible(r):
			continue
		}
		inFlag = r == blackFlag || isTag(r)
		b.WriteRune(r)
	}
	cleaned := strings.TrimFunc(b.String(), func(r rune) bool { return isBlank(r) || isJoiner(r) })
	if strings.IndexFunc(cleaned, func(r rune) bool { return !isBlank(r) && !isInvisible(r) }) < 0 {
		return ""
	}
	return cleaned
}

// isPlain reports whether a name is ASCII without anything to clean: most are.
func isPlain(name string) bool {
	for i := range len(name) {
		if name[i] < ' ' || name[i] > '~' {
			return false
		}
	}
	return name == "" || name[0] != ' ' && name[len(name)-1] != ' '
}

const blackFlag = '\U0001F3F4' // begins the flags of regions (UTS #51, ED-14a)

func isTag(r rune) bool { return r >= 0xE0020 && r <= 0xE007F }

// isJoiner reports whether r is the zero width non-joiner or joiner.
func isJoiner(r rune) bool { return r == '\u200C' || r == '\u200D' }

// isBlank reports whether r takes up space and shows nothing.
func isBlank(r rune) bool { return unicode.IsSpace(r) || r == '\u2800' } // BRAILLE PATTERN BLANK

// isInvisible reports whether r shows nothing by itself: format characters, and what
// Unicode has displays ignore (Default_Ignorable_Code_Point). Format characters with
// a shape of their own are signs of Arabic and the controls of hieroglyphs.
func isInvisible(r rune) bool {
	switch {
	case r < 0x80, unicode.Is(unicode.Prepended_Concatenation_Mark, r), r >= 0x13430 && r <= 0x1343F:
		return false
	}
	return unicode.In(r, unicode.Cf, unicode.Variation_Selector, unicode.Other_Default_Ignorable_Code_Point)
}

// StripInvisible returns text without the characters that show nothing by themselves.
func StripInvisible(text string) string {
	return strings.Map(func(r rune) rune {
		if isInvisible(r) {
			return -1
		}
		return r
	}, text)
}

// CheckName refuses a cleaned name that no file can have.
func CheckName(name string) error {
	switch {
	case name == "":
		return Errorf(Invalid, "a file name must have visible characters")
	case len(name) > MaxNameBytes:
		return Errorf(Invalid, "a file name can be at most %d bytes of UTF-8 long", MaxNameBytes)
	}
	return nil
}

// NameOrUnnamed returns name cleaned, or [Unnamed] if nothing visible is left of it.
func NameOrUnnamed(name string) string {
	if name = CleanName(name); name == "" {
		return Unnamed
	}
	return name
}

// PathKey is the metadata key of the path a file had in an uploaded folder.
const PathKey = "relativePath"

// CleanPath is [CleanName] for each segment of a path.
func CleanPath(path string) string {
	segments := strings.Split(path, "/")
	for i, segment := range segments {
		segments[i] = CleanName(segment)
	}
	return strings.Join(segments, "/")
}

// IsText reports whether a value is UTF-8 text that can be shown: it may have the
// line breaks and tabs of a caption, and no other control character.
func IsText(value string) bool {
	return utf8.ValidString(value) && strings.IndexFunc(value, func(r rune) bool {
		return unicode.IsControl(r) && r != '\n' && r != '\r' && r != '\t'
	}) < 0
}

// FoldName returns the form in which names are compared with each other and with
// questions: without case, accents (U+0300 to U+036F) and invisible characters, in
// normal form C. Systems differ in the form they use: macOS writes decomposed what
// keyboards type composed.
func FoldName(name string) string {
	if isPlain(name) {
		return strings.ToLower(name)
	}
	decomposed := norm.NFD.String(StripInvisible(name))
	bare := strings.Map(func(r rune) rune {
		if r >= 0x0300 && r <= 0x036F {
			return -1
		}
		return r
	}, decomposed)
	// Lower case first: Fold alone exchanges the cases of Cherokee.
	return norm.NFC.String(cases.Fold().String(strings.ToLower(bare)))
}

// SortKey returns what files are sorted by name with: the folded name, cut to
// [MaxNameBytes], as folding can make a name longer.
func SortKey(name string) string { return cut(FoldName(name), MaxNameBytes) }

// maxSearchKey is how long a search key can be, in bytes: an entry of an index has room
// for it beside a sort key.
const maxSearchKey = 1500

// SearchKey returns what a file is searched by: its folded name and path, cut to 1,500
// bytes. It is never empty: there is a line break between the two, which no word of a
// question has.
func SearchKey(name, path string) string {
	name, path = SortKey(name), FoldName(path)
	if strings.HasSuffix(path, name) && len(path) < maxSearchKey {
		name = "" // usually the path ends with the name
	}
	return cut(name+"\n"+path, maxSearchKey)
}

// cut returns the longest beginning of text that has at most so many bytes and only whole
// characters.
func cut(text string, most int) string {
	if len(text) <= most {
		return text
	}
	for !utf8.RuneStart(text[most]) {
		most--
	}
	return text[:most]
}

// SearchWords returns the folded words of a question, in its order, each once. They are
// cut like names.
func SearchWords(question string) (words []string) {
	seen := make(map[string]bool)
	for word := range strings.FieldsSeq(FoldName(question)) {
		if word = cut(word, MaxNameBytes); !seen[word] {
			seen[word] = true
			words = append(words, word)
		}
	}
	return words
}

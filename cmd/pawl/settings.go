package main

import (
	"reflect"
	"strings"

	"github.com/alecthomas/kong"
)

// settings is what a person can set, by flag, environment variable or file, as
// the text they wrote: [settings.parse] makes a [config] of it, so that all faults
// are found together and not one by one. Every setting has one name in three
// spellings: --data-dir, PAWL_DATA_DIR, and data-dir in the file.
type settings struct {
	Config string `env:"PAWL_CONFIG" placeholder:"FILE" help:"Read settings from a YAML file; flags and environment variables take precedence."`

	Listen         string `env:"PAWL_LISTEN" group:"Server" default:"127.0.0.1:8080" placeholder:"HOST:PORT" help:"Where to listen (${default}); port 0 takes a free one."`
	InsecureListen toggle `env:"PAWL_INSECURE_LISTEN" group:"Server" help:"Allow listening on addresses that other machines can reach, although everybody who can connect can do everything."`
	PublicURL      string `env:"PAWL_PUBLIC_URL" name:"public-url" group:"Server" placeholder:"URL" help:"The address people use, if it is another one than Pawl listens on."`
	Hosts          list   `env:"PAWL_HOSTS" group:"Server" placeholder:"NAME,…" help:"More host names this server answers to, beside localhost, IP addresses and the host of PAWL_PUBLIC_URL."`
	CORSOrigins    list   `env:"PAWL_CORS_ORIGINS" name:"cors-origins" group:"Server" placeholder:"ORIGIN,…" help:"Origins of other sites whose pages may upload here."`
	H2C            toggle `env:"PAWL_H2C" name:"h2c" group:"Server" help:"Also speak HTTP/2 without TLS, for a proxy that does."`
	HTTP2Window    string `env:"PAWL_HTTP2_WINDOW" name:"http2-window" group:"Server" default:"16MiB" placeholder:"SIZE" help:"Receive window of HTTP/2 (${default}): an upload gets no more through in a round trip. Each connection can use as much memory."`
	ShutdownTime   string `env:"PAWL_SHUTDOWN_TIMEOUT" name:"shutdown-timeout" group:"Server" default:"20s" placeholder:"TIME" help:"How long requests may take to finish when Pawl is stopped (${default})."`

	DataDir     string `env:"PAWL_DATA_DIR" group:"Storage" default:"./pawl-data" placeholder:"DIR" help:"Data directory: the database and the files, unless configured below (${default})."`
	DatabaseURL string `env:"PAWL_DATABASE_URL" name:"database-url" group:"Storage" placeholder:"URL" help:"sqlite:FILE or postgres://…; by default pawl.db in the data directory."`
	StorageURL  string `env:"PAWL_STORAGE_URL" name:"storage-url" group:"Storage" placeholder:"URL" help:"file:DIR or s3://BUCKET/PREFIX?region=…&endpoint=…; by default the data directory."`

	S3Memory string `env:"PAWL_S3_MEMORY" name:"s3-memory" group:"Storage" default:"256MiB" placeholder:"SIZE" help:"Memory for data that waits for S3, of all uploads together (${default})."`

	Downloads string `env:"PAWL_DOWNLOADS" group:"Downloads" default:"proxy" placeholder:"proxy|redirect" help:"Whether Pawl serves downloads itself or redirects them to S3 (${default})."`
	CDNURL    string `env:"PAWL_CDN_URL" name:"cdn-url" group:"Downloads" placeholder:"URL" help:"Redirect downloads there instead of to S3: it must serve the bucket's keys."`
	CDNSecret secret `env:"PAWL_CDN_SECRET" name:"cdn-secret" group:"Downloads" placeholder:"TEXT" help:"Signs the links to the CDN; prefer the environment variable."`

	MaxSize         string `env:"PAWL_MAX_SIZE" group:"Uploads" placeholder:"SIZE" help:"The largest file, such as 20MiB or 2GB; by default no limit, or what S3 takes."`
	UploadExpiry    string `env:"PAWL_UPLOAD_EXPIRY" group:"Uploads" default:"168h" placeholder:"TIME|never" help:"How long nothing may arrive for an upload before it is given up (${default})."`
	AllowTypes      list   `env:"PAWL_ALLOW_TYPES" group:"Uploads" placeholder:"TYPE,…" help:"Only accept these media types, such as image/*,application/pdf."`
	DenyTypes       list   `env:"PAWL_DENY_TYPES" group:"Uploads" placeholder:"TYPE,…" help:"Reject these media types."`
	AllowExtensions list   `env:"PAWL_ALLOW_EXTENSIONS" group:"Uploads" placeholder:"EXT,…" help:"Only accept these extensions, such as png,tar.gz."`
	DenyExtensions  list   `env:"PAWL_DENY_EXTENSIONS" group:"Uploads" placeholder:"EXT,…" help:"Reject these extensions."`
	RefuseMismatch  toggle `env:"PAWL_REFUSE_MISMATCH" group:"Uploads" help:"Reject files whose content contradicts their declared type."`

	HookURL      string `env:"PAWL_HOOK_URL" name:"hook-url" group:"Call-out" placeholder:"URL" help:"A service to ask about every upload, when it is created and when it is complete."`
	HookTimeout  string `env:"PAWL_HOOK_TIMEOUT" group:"Call-out" default:"5s" placeholder:"TIME" help:"How long the service may take to answer (${default})."`
	HookSecret   secret `env:"PAWL_HOOK_SECRET" group:"Call-out" placeholder:"TEXT" help:"Signs the requests to the service; prefer the environment variable."`
	HookWhenDown string `env:"PAWL_HOOK_WHEN_DOWN" group:"Call-out" default:"refuse" placeholder:"refuse|allow" help:"What to do when the service cannot be reached (${default})."`

	LogFormat string `env:"PAWL_LOG_FORMAT" group:"Log" default:"auto" placeholder:"auto|text|json" help:"Log format; auto is text on a terminal and JSON elsewhere (${default})."`
	LogLevel  string `env:"PAWL_LOG_LEVEL" group:"Log" default:"info" placeholder:"debug|info|warn|error" help:"Lowest level that is logged (${default})."`
}

// secret is a text that is never printed.
type secret string

func (s secret) String() string {
	if s == "" {
		return ""
	}
	return "********"
}

// toggle is a switch: "true" or "false", or a text that is neither.
type toggle string

// Decode takes the value that may follow the flag (kong.BoolMapperValue).
func (t *toggle) Decode(ctx *kong.DecodeContext) error {
	*t = "true"
	if ctx.Scan.Peek().Type == kong.FlagValueToken {
		*t = toggle(ctx.Scan.Pop().String())
	}
	return nil
}

// IsBool tells kong that the flag needs no value.
func (*toggle) IsBool() bool { return true }

// list is a list whose entries are separated by commas.
type list []string

// Decode splits at commas; a flag given twice adds to the list.
func (l *list) Decode(ctx *kong.DecodeContext) error {
	token, err := ctx.Scan.PopValue("list")
	if err != nil {
		return err
	}
	for entry := range strings.SplitSeq(token.String(), ",") {
		if entry = strings.TrimSpace(entry); entry != "" {
			*l = append(*l, entry)
		}
	}
	return nil
}

// setting is one field of settings as its owner knows it.
type setting struct {
	flag  string // data-dir
	env   string // PAWL_DATA_DIR
	value reflect.Value
}

// each lists the settings in the order of the struct.
func (s *settings) each() []setting {
	v := reflect.ValueOf(s).Elem()
	all := make([]setting, v.NumField())
	for i := range all {
		env := v.Type().Field(i).Tag.Get("env")
		flag := strings.ReplaceAll(strings.ToLower(strings.TrimPrefix(env, "PAWL_")), "_", "-")
		all[i] = setting{flag: flag, env: env, value: v.Field(i)}
	}
	return all
}

package main

import (
	"encoding/json"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"

	"go.yaml.in/yaml/v3"
)

// The files in deploy and those for containers cannot be run everywhere. These tests check
// them against the program.

const top = "../../"

func readTop(t *testing.T, path string) string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(top, path))
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

func readYAML(t *testing.T, path string, into any) {
	t.Helper()
	if err := yaml.Unmarshal([]byte(readTop(t, path)), into); err != nil {
		t.Fatalf("%s: %v", path, err)
	}
}

type composeFile struct {
	Services map[string]composeService
	Volumes  map[string]any
}

type composeService struct {
	Image       string
	Ports       []string
	Environment map[string]string
	Volumes     []string
	User        string
	Tmpfs       []string
	ReadOnly    bool     `yaml:"read_only"`
	CapDrop     []string `yaml:"cap_drop"`
	CapAdd      []string `yaml:"cap_add"`
	SecurityOpt []string `yaml:"security_opt"`
	Privileged  bool
}

func readCompose(t *testing.T) composeFile {
	t.Helper()
	var c composeFile
	readYAML(t, "docker-compose.yml", &c)
	return c
}

// pawls returns the services that run Pawl, by name.
func (c composeFile) pawls() map[string]composeService {
	pawls := make(map[string]composeService)
	for name, s := range c.Services {
		if strings.HasPrefix(s.Image, "pawl:") {
			pawls[name] = s
		}
	}
	return pawls
}

var defaulted = regexp.MustCompile(`\$\{\w+:-([^}]*)\}`)

// TestComposeSettings parses the variables of the instances.
func TestComposeSettings(t *testing.T) {
	pawls := readCompose(t).pawls()
	if len(pawls) < 2 {
		t.Fatalf("%d instances of Pawl, want 2", len(pawls))
	}
	for name, s := range pawls {
		settings := defaultSettings(t)
		var credentials []string
		for key, value := range s.Environment {
			value = defaulted.ReplaceAllString(value, "$1")
			if strings.HasPrefix(key, "AWS_") {
				credentials = append(credentials, key)
			} else if !settings.set(key, value) {
				t.Errorf("%s: there is no setting %s", name, key)
			}
		}
		c, faults := settings.parse()
		if len(faults) > 0 {
			t.Errorf("%s: %v", name, faults)
		}
		if dir := c.ownDir(); dir != "" || !s.ReadOnly {
			t.Errorf("%s: it wants the directory %q, and its root is read-only: %v", name, dir, s.ReadOnly)
		}
		slices.Sort(credentials)
		if want := []string{"AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"}; !slices.Equal(credentials, want) {
			t.Errorf("%s: it is given %v, want %v", name, credentials, want)
		}
	}
}

// defaultSettings returns the settings of an empty command line.
func defaultSettings(t *testing.T) *settings {
	t.Helper()
	for _, s := range new(settings).each() {
		t.Setenv(s.env, "")
	}
	a := &app{}
	if _, err := a.commandLine([]string{"serve"}); err != nil {
		t.Fatal(err)
	}
	return a.settings
}

// set sets the setting of a variable, and reports whether there is one.
func (s *settings) set(env, value string) bool {
	for _, known := range s.each() {
		if known.env != env {
			continue
		}
		if known.value.Kind() == reflect.Slice {
			known.value.Set(reflect.ValueOf(list(strings.Split(value, ","))))
		} else {
			known.value.SetString(value)
		}
		return true
	}
	return false
}

// TestDockerfileSettings parses the variables of the image.
func TestDockerfileSettings(t *testing.T) {
	settings := defaultSettings(t)
	found := 0
	for _, word := range strings.Fields(readTop(t, "Dockerfile")) {
		env, value, ok := strings.Cut(word, "=")
		if !ok || !regexp.MustCompile(`^PAWL_[A-Z_]+$`).MatchString(env) {
			continue
		}
		found++
		if !settings.set(env, value) {
			t.Errorf("there is no setting %s", env)
		}
	}
	if found < 3 {
		t.Errorf("%d settings are set, want 3 or more", found)
	}
	if _, faults := settings.parse(); len(faults) > 0 {
		t.Error(faults)
	}
}

// TestComposePlaces checks that every port is bound to loopback, every image has a version,
// and every mounted file exists.
func TestComposePlaces(t *testing.T) {
	c := readCompose(t)
	version := regexp.MustCompile(`:v?\d+\.\d+[\w.-]*$`)
	for name, s := range c.Services {
		if !version.MatchString(s.Image) && c.pawls()[name].Image == "" {
			t.Errorf("%s: the image %s has no version", name, s.Image)
		}
		for _, port := range s.Ports {
			if !strings.HasPrefix(port, "127.0.0.1:") {
				t.Errorf("%s: port %s can be reached from other machines", name, port)
			}
		}
		for _, volume := range s.Volumes {
			from, _, _ := strings.Cut(volume, ":")
			_, isVolume := c.Volumes[from]
			if _, err := os.Stat(filepath.Join(top, from)); err != nil && !isVolume {
				t.Errorf("%s: %v", name, err)
			}
		}
	}
	for _, line := range strings.Split(readTop(t, "Dockerfile"), "\n") {
		if image, ok := strings.CutPrefix(line, "FROM "); ok && !strings.HasPrefix(image, "scratch") &&
			!regexp.MustCompile(`:\d+\.\d+\.\d+-[\w-]+ AS `).MatchString(image) {
			t.Errorf("the Dockerfile's %q has no version", image)
		}
	}
}

// TestComposeConfined checks that containers have a read-only root and no capabilities,
// and that Grafana has no default password.
func TestComposeConfined(t *testing.T) {
	services := readCompose(t).Services
	if len(services) < 7 {
		t.Fatalf("%d services", len(services))
	}
	for name, s := range services {
		if !s.ReadOnly || !slices.Equal(s.CapDrop, []string{"ALL"}) || len(s.CapAdd) > 0 || s.Privileged ||
			!slices.Contains(s.SecurityOpt, "no-new-privileges:true") {
			t.Errorf("%s is not confined: %+v", name, s)
		}
		for _, volume := range s.Volumes {
			if from, _, _ := strings.Cut(volume, ":"); strings.HasPrefix(from, ".") && !strings.HasSuffix(volume, ":ro") {
				t.Errorf("%s can write to %s", name, from)
			}
		}
	}
	grafana := services["grafana"].Environment
	for _, key := range []string{"GF_SECURITY_DISABLE_INITIAL_ADMIN_CREATION", "GF_AUTH_DISABLE_LOGIN_FORM", "GF_SERVER_ENFORCE_DOMAIN"} {
		if grafana[key] != "true" {
			t.Errorf("grafana: %s is %q", key, grafana[key])
		}
	}
	if grafana["GF_AUTH_BASIC_ENABLED"] != "false" || grafana["GF_AUTH_ANONYMOUS_ORG_ROLE"] != "Viewer" {
		t.Errorf("grafana: %v", grafana)
	}
}

// TestComposePeers checks that the proxies and Prometheus use the addresses of the
// instances.
func TestComposePeers(t *testing.T) {
	var want []string
	for name, s := range readCompose(t).pawls() {
		_, port, err := net.SplitHostPort(s.Environment["PAWL_LISTEN"])
		if err != nil {
			t.Fatal(err)
		}
		want = append(want, net.JoinHostPort(name, port))
	}
	slices.Sort(want)

	var balanced []string
	for _, match := range regexp.MustCompile(`(?m)^\s*server (\S+:\d+)`).FindAllStringSubmatch(readTop(t, "deploy/nginx.conf"), -1) {
		balanced = append(balanced, match[1])
	}
	if !slices.Equal(balanced, want) {
		t.Errorf("nginx spreads over %v, want %v", balanced, want)
	}
	instances := regexp.MustCompile(`\{\$PAWL_INSTANCES:([^}]*)\}`).FindStringSubmatch(readTop(t, "deploy/Caddyfile"))
	if instances == nil || !slices.Equal(strings.Fields(instances[1]), want) {
		t.Errorf("Caddy spreads over %q, want %v", instances, want)
	}
	var prometheus struct {
		ScrapeConfigs []struct {
			StaticConfigs []struct{ Targets []string } `yaml:"static_configs"`
		} `yaml:"scrape_configs"`
	}
	readYAML(t, "deploy/prometheus.yml", &prometheus)
	if got := prometheus.ScrapeConfigs[0].StaticConfigs[0].Targets; !slices.Equal(got, want) {
		t.Errorf("Prometheus asks %v, want %v", got, want)
	}
}

// TestComposeNames checks that the instances accept the host names used for them, and the
// balancer no others.
func TestComposeNames(t *testing.T) {
	pawls := readCompose(t).pawls()
	for name, s := range pawls {
		r := start(t, "--data-dir="+t.TempDir(), "--hosts="+s.Environment["PAWL_HOSTS"])
		balancer := readTop(t, "deploy/nginx.conf")
		names := regexp.MustCompile(`(?m)^\s*server_name ([^;]+);`).FindAllStringSubmatch(balancer, -1)
		if len(names) != 1 || !regexp.MustCompile(`listen 8080 default_server;[^}]*return 421;\s*}`).MatchString(balancer) {
			t.Errorf("the balancer answers to any name: %v", names)
		}
		for _, host := range append(strings.Fields(names[0][1]), name) {
			if got := r.statusAs(host); got != http.StatusOK {
				t.Errorf("%s answers %d as %s", name, got, host)
			}
		}
		if got := r.statusAs("rebound.example"); got != http.StatusMisdirectedRequest {
			t.Errorf("%s answers %d to a name that is not its own", name, got)
		}
	}
}

// statusAs returns the status of /metrics for a host name.
func (r *running) statusAs(host string) int {
	r.t.Helper()
	req, err := http.NewRequestWithContext(r.t.Context(), http.MethodGet, r.url+"/metrics", nil)
	if err != nil {
		r.t.Fatal(err)
	}
	req.Host = host
	resp, err := http.DefaultTransport.RoundTrip(req)
	if err != nil {
		r.t.Fatal(err)
	}
	resp.Body.Close()
	return resp.StatusCode
}

// TestDashboard checks that the dashboard uses existing metrics and the provisioned data
// source.
func TestDashboard(t *testing.T) {
	var dashboard struct {
		Panels []struct {
			Title      string
			Datasource struct{ UID string }
			Targets    []struct{ Expr string }
		}
	}
	if err := json.Unmarshal([]byte(readTop(t, "deploy/grafana/dashboards/pawl.json")), &dashboard); err != nil {
		t.Fatal(err)
	}
	var sources struct{ Datasources []struct{ UID, URL string } }
	readYAML(t, "deploy/grafana/provisioning/datasources/prometheus.yml", &sources)
	readYAML(t, "deploy/grafana/provisioning/dashboards/pawl.yml", new(any))

	counted := countedMetrics(t)
	name := regexp.MustCompile(`\b(?:pawl|go|process)_\w+`)
	if len(dashboard.Panels) < 10 {
		t.Errorf("%d panels", len(dashboard.Panels))
	}
	for _, p := range dashboard.Panels {
		if p.Datasource.UID != sources.Datasources[0].UID {
			t.Errorf("%s: there is no data source %q", p.Title, p.Datasource.UID)
		}
		for _, target := range p.Targets {
			for _, metric := range name.FindAllString(target.Expr, -1) {
				if !counted[metric] {
					t.Errorf("%s: Pawl does not count %s", p.Title, metric)
				}
			}
		}
	}
}

// countedMetrics returns the names of the metrics of a server after an upload.
func countedMetrics(t *testing.T) map[string]bool {
	t.Helper()
	r := start(t, "--data-dir="+t.TempDir())
	upload := r.create("5")
	r.do("PATCH", upload, strings.NewReader("hello"), tusHeader, offsetStream, "Upload-Offset: 0")
	body := readAll(t, r.do("GET", "/metrics", nil).Body)
	if !strings.Contains(body, "\npawl_received_bytes_total 5\n") {
		t.Error("the bytes of the upload are not counted")
	}
	counted := make(map[string]bool)
	for line := range strings.Lines(body) {
		name, _, _ := strings.Cut(strings.TrimSpace(line), " ")
		name, _, _ = strings.Cut(name, "{")
		counted[name] = true
	}
	return counted
}

package reverseproxy

import (
	"errors"
	"fmt"
	"os/exec"
	"regexp"
	"strings"
)

// nginxMain is the configuration around the shipped one, which distributions bring.
const nginxMain = `daemon off;
worker_processes 2;
pid %[1]s/nginx.pid;
error_log stderr warn;
events {
	worker_connections 1024;
}
http {
	access_log %[1]s/access.log;
	client_body_temp_path %[1]s/body;
	proxy_temp_path %[1]s/proxy;
	fastcgi_temp_path %[1]s/fastcgi;
	uwsgi_temp_path %[1]s/uwsgi;
	scgi_temp_path %[1]s/scgi;
	include %[1]s/pawl.conf;
}
`

func (p *Proxy) configureNginx(binary string) error {
	shipped, err := p.shipped("nginx.conf")
	if err != nil {
		return err
	}
	here, err := nginxConfig(shipped, p.config)
	if err != nil {
		return err
	}
	if _, err := p.write("pawl.conf", here); err != nil {
		return err
	}
	main, err := p.write("nginx.conf", fmt.Sprintf(nginxMain, p.dir()))
	if err != nil {
		return err
	}
	p.Command = func() *exec.Cmd { return exec.Command(binary, "-e", "stderr", "-p", p.dir(), "-c", main) }
	return nil
}

var (
	nginxServers = regexp.MustCompile(`(?m)(^\s*server) \S+:\d+( .*;\n)(?:^\s*server \S+:\d+ .*;\n)*`)
	nginxListen  = regexp.MustCompile(`(?m)(^\s*listen) 8080\b`)
	nginxExample = regexp.MustCompile(`(?m)^(\s*)#(\S.*/pawl\b.*\{|\t.*;|\})$`)
)

// nginxConfig puts addresses in the place of the shipped ones, and the example of a
// path to use.
func nginxConfig(shipped string, c Config) (string, error) {
	servers := nginxServers.FindStringSubmatch(shipped)
	if servers == nil || !nginxListen.MatchString(shipped) || len(nginxExample.FindAllString(shipped, -1)) < 3 {
		return "", errors.New("nginx.conf has no servers, no port or no example of a path where they are looked for")
	}
	var instances strings.Builder
	for _, instance := range c.Instances {
		instances.WriteString(servers[1] + " " + instance + servers[2])
	}
	text := strings.Replace(shipped, servers[0], instances.String(), 1)
	text = nginxListen.ReplaceAllString(text, "$1 "+c.Address)
	return nginxExample.ReplaceAllString(text, "$1$2"), nil
}

-- A server of the tests: passwords may cross without TLS, and it talks to no other server.
data_path = "/var/lib/prosody"
pidfile = "/var/lib/prosody/prosody.pid"
log = { info = "*console" }

modules_enabled = { "roster", "saslauth", "disco", "presence", "message", "iq", "offline", "pep", "vcard4", "carbons", "ping", "smacks" }
modules_disabled = { "s2s", "tls" }
authentication = "internal_hashed"
-- The files of the internal store may lose a message, or those behind it, when the power goes while one is written.
storage = { offline = "sql" }
sql = { driver = "SQLite3", database = "prosody.sqlite" }
c2s_require_encryption = false
allow_unencrypted_plain_auth = true
limits = {}

interfaces = { "0.0.0.0" }
c2s_ports = { 5222 }
c2s_direct_tls_ports = {}
component_ports = { 5347 }
component_interfaces = { "0.0.0.0" }

VirtualHost(ENV_HOST)

for name, secret in Lua.string.gmatch(ENV_COMPONENTS, "([^%s=]+)=(%S+)") do
  Component(name)
  component_secret = secret
end

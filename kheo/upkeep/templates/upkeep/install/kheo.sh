{% autoescape off %}#!/bin/sh
# Kheo's command with this installation's settings. Written by script/start.
KHEO_SETTINGS={{ settings_file }}
export KHEO_SETTINGS
{% if not here %}if [ "$(id -un)" != {{ user }} ]; then
  if [ "$(id -u)" = 0 ]; then
    exec runuser -u {{ user }} -- "$0" "$@"
  fi
  exec sudo -u {{ user }} -- "$0" "$@"
fi
{% endif %}exec {{ kheo }} "$@"
{% endautoescape %}

# RabbitMQ on loopback, MariaDB on a unix socket.
start_broker() {
  mkdir -p "$STATE/rabbit"
  cat >"$ETC/rabbitmq.conf" <<X
listeners.tcp.1 = 127.0.0.1:$PORT_AMQP
default_user = wayout
default_pass = $PASSWORD_BROKER
loopback_users = none
vm_memory_high_watermark.absolute = 512MB
X
  echo '[].' >"$ETC/enabled_plugins"
  [ -s "$STATE/rabbit/.erlang.cookie" ] || {
    head -c 15 /dev/urandom | od -An -tx1 | tr -d ' \n' >"$STATE/rabbit/.erlang.cookie"
    chmod 400 "$STATE/rabbit/.erlang.cookie"
  }
  local settings=(HOME="$STATE/rabbit" ERL_EPMD_ADDRESS=127.0.0.1 ERL_EPMD_PORT=$PORT_EPMD
    RABBITMQ_NODENAME=wayout@localhost RABBITMQ_CONF_ENV_FILE=/dev/null RABBITMQ_CONFIG_FILE="$ETC/rabbitmq.conf"
    RABBITMQ_MNESIA_BASE="$STATE/rabbit/mnesia" RABBITMQ_LOG_BASE="$LOG" RABBITMQ_LOGS=- RABBITMQ_PID_FILE="$STATE/rabbit/pid"
    RABBITMQ_ENABLED_PLUGINS_FILE="$ETC/enabled_plugins" RABBITMQ_DIST_PORT=$PORT_ERLANG
    RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS="-kernel inet_dist_use_interface {127,0,0,1}")
  start epmd env "${settings[@]}" epmd -address 127.0.0.1 -port $PORT_EPMD
  start rabbit env "${settings[@]}" /usr/lib/rabbitmq/bin/rabbitmq-server
}
broker_answers() {
  ( exec 4<>/dev/tcp/127.0.0.1/$PORT_AMQP && printf 'AMQP\0\0\11\1' >&4 && timeout 5 head -c 8 <&4 | grep -q . ) 2>/dev/null
}
start_database() {
  mkdir -p "$RUN/mysql"
  if [ ! -e "$STATE/done/database-files" ]; then
    rm -rf "$STATE/mysql"
    mkdir -p "$STATE/mysql"
    chown mysql: "$STATE/mysql"
    once database-files in_clean_environment mariadb-install-db --no-defaults --user=mysql --datadir="$STATE/mysql" \
      --auth-root-authentication-method=socket --skip-test-db
  fi
  chown mysql: "$RUN/mysql"
  # What is lost at a power cut does not matter here, and waiting for the disk does.
  start mariadb mariadbd --no-defaults --user=mysql --datadir="$STATE/mysql" --socket="$SOCKET" --pid-file="$RUN/mysql/pid" \
    --skip-networking --skip-name-resolve --skip-log-bin --innodb-flush-log-at-trx-commit=0 --innodb-doublewrite=0 \
    --innodb-buffer-pool-size=256M --performance-schema=0 --max-connections=400 --character-set-server=utf8mb3
  wait_for 60 MariaDB mariadb sql 'select 1'
  local database
  for database in keystone neutron placement glance nova_api nova nova_cell0; do
    sql "create database if not exists $database character set utf8mb3;
         grant all on $database.* to wayout@localhost identified by '$PASSWORD_DATABASE'"
  done
}
sql() { mariadb --no-defaults --socket="$SOCKET" -u root -BNe "$1"; }
database_url() { echo "mysql+pymysql://wayout:$PASSWORD_DATABASE@localhost/$1?unix_socket=$SOCKET&charset=utf8"; }
transport_url() { echo "rabbit://wayout:$PASSWORD_BROKER@127.0.0.1:$PORT_AMQP/"; }

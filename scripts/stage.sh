# For demo and serve (sourced): the payment service and a server that knows it, and their orderly end.
server_pid='' payment_pid='' work=''

end_stage() {
  trap - EXIT INT TERM
  local pid
  for pid in $server_pid $payment_pid; do kill -TERM "$pid" 2>/dev/null || true; done
  for pid in $server_pid $payment_pid; do wait "$pid" 2>/dev/null || true; done
  [[ -z $work ]] || rm -rf "$work"
}

# What a started process prints after `prefix` on its first line; gives up when it ends or takes long.
first_line() {
  local file=$1 pid=$2 prefix=$3 line
  for _ in $(seq 300); do
    line=$(grep -m1 -F "$prefix" "$file" || true)
    if [[ -n $line ]]; then
      printf '%s' "${line#*"$prefix"}"
      return
    fi
    kill -0 "$pid" 2>/dev/null || break
    sleep 0.1
  done
  cat "$file" "$file.errors" >&2
  return 1
}

# begin_stage DATA LISTEN PAYMENT_PORT: sets server and payment, the URLs.
begin_stage() {
  local data=$1 listen=$2 payment_port=$3
  work=$(mktemp -d)
  trap end_stage EXIT
  trap 'exit 130' INT TERM

  python3 examples/order/payment_service.py "$payment_port" >"$work/payment" 2>"$work/payment.errors" &
  payment_pid=$!
  payment=$(first_line "$work/payment" "$payment_pid" 'payment service on ') || die "the payment service did not start"
  step "payment service at $payment (fails the first two tries of each order)"

  # Its own settings only: whatever the caller has set for another server stays out.
  env -u REPRISE_CONFIG -u REPRISE_PRINCIPALS build/release/reprise serve --data "$data" --listen "$listen" \
    --outbound-allowed-hosts "${payment#http://}" >"$work/server" 2>"$work/server.errors" &
  server_pid=$!
  server=$(first_line "$work/server" "$server_pid" 'reprise listening on ') || die "the server did not start"
  step "server at $server, store in $data"
}

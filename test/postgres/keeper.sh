# Sees a server to its end: `sh -c "$(cat keeper.sh)" keeper FOLDER`. Told the server's process id on stdin, a line each
# time it changes, 0 for none. When stdin ends, because its parent asks for it or is no more, however that came about,
# the server is stopped and its folder removed.
server=0
while read -r line; do server=$line; done
if [ "$server" -gt 0 ] && kill -QUIT "$server" 2>/dev/null; then
  tenths=0
  while kill -0 "$server" 2>/dev/null; do
    if [ "$tenths" -eq 100 ]; then kill -KILL "$server"; fi
    if [ "$tenths" -ge 150 ]; then break; fi # dead, and nobody to say so
    tenths=$((tenths + 1))
    sleep 0.1
  done
fi
rm -rf "$1"

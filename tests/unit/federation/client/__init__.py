"""The one guarded client, against servers on loopback that lie, dawdle, flood and lead astray."""

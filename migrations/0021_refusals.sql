-- How many requests were put off or sent away, by kind, in spans of ten minutes, numbered since 1970. Of whoever asked
-- nothing is kept, but how many seemed to come from this machine or its own network.
CREATE TABLE refusals (
    span INTEGER NOT NULL,
    kind TEXT NOT NULL,
    count INTEGER NOT NULL,
    nearby INTEGER NOT NULL,
    PRIMARY KEY (span, kind)
) STRICT, WITHOUT ROWID;

package dev.mayfly.credential;

import io.smallrye.mutiny.subscription.UniEmitter;

/** An entry on its way into the ledger, and the request that waits for its verdict. */
record Waiting(Entry entry, UniEmitter<? super Verdict> request) {}

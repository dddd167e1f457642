package dev.mayfly.policy;

import java.time.Instant;

/** One person's yes to one request. */
public record Approval(Approver approver, Instant at) {}

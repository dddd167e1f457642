package dev.mayfly.credential;

import dev.mayfly.store.ListId;

/** One place on one status list, given to one credential and never to another (rule 11). */
public record Slot(ListId list, String uri, int index) {}

/** Floor 1: what happened, one event for every change of state (rule 8). */
@NullMarked
package dev.mayfly.audit;

import org.jspecify.annotations.NullMarked;

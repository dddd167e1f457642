/** Certificates as workloads and people ask for them. */
@NullMarked
package dev.mayfly.http.certificates;

import org.jspecify.annotations.NullMarked;

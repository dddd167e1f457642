/** Published lists, as relying services fetch them. */
@NullMarked
package dev.mayfly.http.lists;

import org.jspecify.annotations.NullMarked;

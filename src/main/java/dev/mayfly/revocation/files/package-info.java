/** What is served of lists and authorities, in a folder too: for those who fetch it elsewhere. */
@NullMarked
package dev.mayfly.revocation.files;

import org.jspecify.annotations.NullMarked;

/** Floor 4: the mint. Decide, find the grant, record in the ledger, and only then sign (rule 2). */
@NullMarked
package dev.mayfly.credential;

import org.jspecify.annotations.NullMarked;

/** Files of any Hadoop file system, opened on every machine as the driver opens them. */
package io.gensweep.files;

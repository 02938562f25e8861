/**
 * Published weights on this machine: the only place of the project that opens connections, and only
 * when the command {@code nextscale download} is given.
 *
 * <p>Files come from a Hugging Face Hub (or a mirror with its addresses) and are kept in the Hub's
 * own cache layout, so that Python tools and this program share one copy:
 *
 * <pre>{@code
 * models--ORG--NAME/refs/main                    the commit that "main" meant at the last download
 * models--ORG--NAME/snapshots/COMMIT/FILE        a link to
 * models--ORG--NAME/blobs/ETAG                   the bytes; ETAG is their SHA-256
 * models--ORG--NAME/blobs/ETAG.nextscale.incomplete   the bytes so far
 * .locks/models--ORG--NAME/ETAG.lock             held while a download runs
 * }</pre>
 *
 * <p>Start with {@link io.nextscale.cli.download.Downloads}. {@code HubSettings} reads the
 * environment, {@code HubClient} speaks HTTP, {@code HubCache} knows the layout, {@code Transfer}
 * brings one file over, resuming and checking it.
 *
 * @see <a href="https://huggingface.co/docs/hub/local-cache">Hub local cache</a>
 */
@org.jspecify.annotations.NullMarked
package io.nextscale.cli.download;

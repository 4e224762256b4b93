/* SPDX-License-Identifier: MIT */
/* Sees to it that what libcurl and GnuTLS free is overwritten.
   Knows nothing of requests. */
#include "common/http.h"

#include <curl/curl.h>
#include <malloc.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

/* In front of each block, as wide as malloc aligns. */
typedef union
{
  size_t length;
  max_align_t alignment;
} Head;

static void *
wiping_malloc (size_t length)
{
  Head *head
      = length <= SIZE_MAX - sizeof (Head) ? malloc (sizeof (Head) + length) : NULL;

  if (head == NULL)
    return NULL;
  head->length = length;
  return head + 1;
}

static void
wiping_free (void *block)
{
  Head *head = block;

  if (head == NULL)
    return;
  head--;
  kb_wipe (block, head->length);
  free (head);
}

/* Always moves: the C library's own realloc would leave the old copy behind. */
static void *
wiping_realloc (void *block, size_t length)
{
  void *moved = wiping_malloc (length);

  if (moved == NULL)
    return NULL;
  if (block != NULL)
    memcpy (moved, block, MIN (length, ((Head *) block - 1)->length));
  wiping_free (block);
  return moved;
}

static char *
wiping_strdup (const char *text)
{
  size_t size = strlen (text) + 1;
  char *copy = wiping_malloc (size);

  return copy != NULL ? memcpy (copy, text, size) : NULL;
}

static void *
wiping_calloc (size_t count, size_t size)
{
  size_t length = 0;
  void *block;

  if (__builtin_mul_overflow (count, size, &length))
    return NULL;
  block = wiping_malloc (length);
  return block != NULL ? memset (block, 0, length) : NULL;
}

/* GnuTLS frees the records that it has decrypted without wiping them, and offers no way
   to change that.  The C library can overwrite whatever is freed: for the whole process,
   from its first request on, and but for blocks of up to 1 kB that it keeps for the next
   caller; an access token is longer. */
static void
overwrite_what_is_freed (void)
{
#ifdef M_PERTURB
  (void) mallopt (M_PERTURB, 0x5a);
#endif
}

gboolean
kb_http_memory_init (GError **error)
{
  static gboolean done;

  if (done)
    return TRUE;
  overwrite_what_is_freed ();
  done = curl_global_init_mem (CURL_GLOBAL_DEFAULT, wiping_malloc, wiping_free,
                               wiping_realloc, wiping_strdup, wiping_calloc)
         == CURLE_OK;
  if (!done)
    g_set_error_literal (error, KB_ERROR, KB_ERROR_MODULE, "libcurl does not start");
  return done;
}

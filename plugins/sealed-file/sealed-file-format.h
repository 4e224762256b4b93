/* SPDX-License-Identifier: MIT */
/* The two kinds of file that a sealed store is made of: the header, which holds the data
   key wrapped by another key, and the item.  Knows nothing of files and where keys come
   from. */
#ifndef SEALED_FILE_FORMAT_H
#define SEALED_FILE_FORMAT_H

#include "keybearer-module.h"

G_BEGIN_DECLS

/* AES-256-GCM throughout; all numbers big-endian.

   header: magic[16] version[1] kind[1] zero[2] iterations[4] key-id[16] salt[32]
   nonce[12] wrapped-key[32+16] SHA-256-of-the-rest[32] item:   magic[16] version[1]
   zero[1] name-length[2] key-id[16] written[8] expires[8] nonce[12] name[]
   value[]+tag[16]

   What stands before the encrypted part is authenticated with it.  The sum at the end of
   the header is no protection: it tells a damaged header from a wrong key. */
#define FORMAT_KEY_BYTES 32
#define FORMAT_ID_BYTES 16
#define FORMAT_SALT_BYTES 32
#define FORMAT_NONCE_BYTES 12
#define FORMAT_TAG_BYTES 16
#define FORMAT_HEADER_BYTES 164
#define FORMAT_NAME_MAX 512
#define FORMAT_ITEM_BYTES_MAX                                                            \
  (64 + FORMAT_NAME_MAX + KB_STORE_ITEM_MAX + FORMAT_TAG_BYTES)

/* PBKDF2-HMAC-SHA512, since GnuTLS 3.7 has no Argon2.  What OWASP asks for is made; fewer
   would be a header that somebody weakened, more would be one made to keep us busy. */
#define FORMAT_ITERATIONS 210000
#define FORMAT_ITERATIONS_MAX 10000000

typedef enum
{
  FORMAT_KIND_KEY = 1,
  FORMAT_KIND_PASSPHRASE = 2,
  FORMAT_KIND_KEY_FILE = 3
} FormatKind;

typedef struct
{
  FormatKind kind;
  guint32 iterations; /* 0 unless a passphrase */
  guint8 key_id[FORMAT_ID_BYTES];
  guint8 salt[FORMAT_SALT_BYTES];
  guint8 bytes[FORMAT_HEADER_BYTES];
} FormatHeader;

typedef enum
{
  FORMAT_OK,
  FORMAT_DAMAGED, /* not what was written: set it aside */
  FORMAT_UNKNOWN  /* whole, but of a later version: leave it alone */
} FormatAnswer;

FormatAnswer format_header_read (const KbSecret *file, FormatHeader *header);

/* Fills in a new header but for its wrapped key: random id, salt and nonce. */
gboolean format_header_start (FormatKind kind, FormatHeader *header, GError **error);

/* Makes a random data key, wraps it by KEK (32 bytes) and finishes HEADER->bytes.
   New. */
KbSecret *format_header_wrap (FormatHeader *header, const KbSecret *kek, GError **error);

/* New: the data key; NULL when KEK is not the one that wrapped it. */
KbSecret *format_header_unwrap (const FormatHeader *header, const KbSecret *kek);

/* New: the bytes of the item's file.  A new random nonce each time. */
KbSecret *format_item_seal (const FormatHeader *header, const KbSecret *key,
                            const char *name, gint64 expires, const KbSecret *value,
                            GError **error);

/* FORMAT_OK only when the file was sealed with KEY, under this header, as NAME.  New. */
FormatAnswer format_item_open (const KbSecret *file, const FormatHeader *header,
                               const KbSecret *key, const char *name, KbSecret **value);

/* New: the name that FILE says it has, not yet authenticated; NULL when it has none. */
char *format_item_name (const KbSecret *file);

/* FALSE without entropy. */
gboolean format_random (guint8 *bytes, gsize length, GError **error);

G_END_DECLS

#endif

vrlt_find(crypto PACKAGE libssl-dev HEADER openssl/evp.h LIBRARIES crypto)

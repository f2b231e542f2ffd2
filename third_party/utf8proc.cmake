vrlt_find(utf8proc PACKAGE libutf8proc-dev HEADER utf8proc.h LIBRARIES utf8proc)

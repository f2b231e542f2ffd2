vrlt_find(re2 PACKAGE libre2-dev HEADER re2/re2.h LIBRARIES re2)

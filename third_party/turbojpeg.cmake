vrlt_find(turbojpeg PACKAGE libturbojpeg0-dev HEADER turbojpeg.h LIBRARIES turbojpeg)

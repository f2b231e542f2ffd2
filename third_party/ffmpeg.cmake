vrlt_find(ffmpeg PACKAGE "libavformat-dev libavcodec-dev libavutil-dev libswscale-dev" HEADER libavformat/avformat.h LIBRARIES avformat avcodec swscale avutil)

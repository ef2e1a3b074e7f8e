/** Client for the carrier API of Huawei Cloud KooDrive. */
module koodrive {
    requires java.net.http;
    requires static org.jspecify;

    exports koodrive;
}
